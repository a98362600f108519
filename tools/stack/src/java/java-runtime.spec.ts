import { describe, expect, it } from '@jest/globals';
import { readJavaVersion } from './java-runtime.js';

describe('readJavaVersion', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', '17.0.15', 17],
    ['java version "1.8.0_392"', '1.8.0_392', 8],
    ['openjdk version "21" 2023-09-19', '21', 21],
    ['openjdk version "25-ea" 2025-09-16', '25-ea', 25],
    ['Picked up JAVA_TOOL_OPTIONS: -Dx\nopenjdk version "21.0.8" 2025-07-15', '21.0.8', 21],
  ])('reads %s', (output, version, major) => {
    expect(readJavaVersion(output)).toEqual({ version, major });
  });

  it('takes anything else for no Java', () => {
    expect(
      readJavaVersion('The operation couldn’t be completed. Unable to locate a Java Runtime.'),
    ).toBeUndefined();
    expect(readJavaVersion('version "unknown"')).toBeUndefined();
  });
});
