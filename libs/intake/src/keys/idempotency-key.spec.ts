import { describe, expect, it } from '@jest/globals';
import { readIdempotencyKey } from './idempotency-key.js';

describe('an Idempotency-Key', () => {
  it.each(['a', 'x'.repeat(255), '6f1c9a3e order #7'])('%s', (key) =>
    expect(readIdempotencyKey(key)).toBe(key),
  );

  it.each(['', 'x'.repeat(256), 'tab\there', 'new\nline', 'ümlaut', 'nul\0'])('refuses %j', (key) => {
    expect(() => readIdempotencyKey(key)).toThrow(
      expect.objectContaining({ code: 'invalid_idempotency_key' }),
    );
  });
});
