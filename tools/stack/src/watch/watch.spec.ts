import { describe, expect, it } from '@jest/globals';
import { isSource } from './watch.js';

describe('isSource', () => {
  it('is code that a service runs', () => {
    expect(isSource('kafka/src/record.ts')).toBe(true);
    expect(isSource('kafka/src/deep/record.ts')).toBe(true);
  });
  it('is what the console is built from', () => {
    expect(isSource('console/src/pages/jobs/jobs.tsx')).toBe(true);
    expect(isSource('console/src/console.css')).toBe(true);
  });
  it.each([
    'kafka/src/record.spec.ts',
    'kafka/src/record.int-spec.ts',
    'kafka/dist/record.js',
    'kafka/package.json',
  ])('is not %s', (file) => expect(isSource(file)).toBe(false));
});
