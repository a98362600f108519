import { describe, expect, it } from '@jest/globals';
import { describeErrorCode } from '../client/kafkajs/internals.js';
import { isStaleMetadata, judgeProduce } from './produce-verdict.js';

describe('judgeProduce', () => {
  it.each([
    [0, 'appended'],
    [10, 'too_large'],
    [18, 'too_large'],
    [19, 'not_appended'],
    [3, 'not_appended'],
    [29, 'refused'],
    [87, 'refused'],
  ])('judges code %i as %s', (code, verdict) => {
    expect(judgeProduce(code)).toBe(verdict);
  });

  it.each([6, 7, 13, 20, 56, -1, 9999])('takes code %i for possibly appended', (code) => {
    expect(judgeProduce(code)).toBe('unknown');
  });

  it('asks for new metadata only when the address was wrong', () => {
    expect([3, 5, 6].every(isStaleMetadata)).toBe(true);
    expect([0, 7, 10, 19, 20].some(isStaleMetadata)).toBe(false);
  });

  it("knows Kafka's names", () => {
    expect(describeErrorCode(10).type).toBe('MESSAGE_TOO_LARGE');
  });
});
