import { describe, expect, it } from '@jest/globals';
import { isFromLoopback } from './loopback.js';

describe('a connection', () => {
  it.each([
    ['127.0.0.1', true],
    ['127.8.9.1', true],
    ['::1', true],
    ['::ffff:127.0.0.1', true],
    ['10.0.0.7', false],
    ['::ffff:10.0.0.7', false],
    ['fe80::1', false],
    [undefined, false],
  ] as const)('from %s comes from this machine: %s', (address, isNear) =>
    expect(isFromLoopback(address)).toBe(isNear),
  );
});
