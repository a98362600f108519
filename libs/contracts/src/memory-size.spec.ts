import { describe, expect, it } from '@jest/globals';
import { parseMemorySize } from './memory-size.js';

describe('parseMemorySize', () => {
  it.each([
    ['32MB', 32],
    ['512MB', 512],
    ['2GB', 2_048],
  ])('reads %s as %i MiB', (text, mebibytes) => {
    expect(parseMemorySize(text)).toBe(mebibytes);
  });

  it.each(['', '512', '512 MB', '512mb', '-1GB', '0GB', '31MB', '1.5GB', '99999999MB'])(
    'refuses "%s", and shows what it takes',
    (text) => {
      expect(() => parseMemorySize(text)).toThrow(/512MB or 2GB/);
    },
  );
});
