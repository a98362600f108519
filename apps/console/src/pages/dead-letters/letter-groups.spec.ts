import { describe, expect, it } from '@jest/globals';
import { groupLetters, patternOf, type QueueLetter } from './letter-groups.js';

function letter(second: number, message: string, more: Partial<QueueLetter['letter']> = {}): QueueLetter {
  const time = new Date(second * 1_000).toISOString();
  const origin = { topic: 'jobs.probe', partition: 0, offset: second, at: time };
  const job = {
    id: 'x',
    type: 'probe.run',
    run: 1,
    attempts: 1,
    state: 'dead_lettered',
    currentRun: 1,
  } as const;
  return {
    queue: 'probe',
    letter: {
      topic: 'jobs.probe.dlq',
      partition: 0,
      offset: second,
      time,
      reason: 'exhausted',
      error: { code: 'probe_failed', message },
      origin,
      job,
      ...more,
    },
  };
}

describe('groups of dead letters', () => {
  it('have one cause each, whatever ids and numbers their messages hold; the newest group first', () => {
    const groups = groupLetters([
      letter(3, 'Attempt 2 of "a" fails.'),
      letter(1, 'Attempt 14 of "b" fails.'),
      letter(9, 'Something else.'),
      letter(5, 'Attempt 2 of "a" fails.', { reason: 'parked' }),
    ]);
    expect(
      groups.map(({ reason, pattern, letters, message }) => [reason, pattern, letters.length, message]),
    ).toEqual([
      ['exhausted', 'Something else.', 1, 'Something else.'],
      ['parked', 'Attempt * of * fails.', 1, 'Attempt 2 of "a" fails.'],
      ['exhausted', 'Attempt * of * fails.', 2, 'Attempt 2 of "a" fails.'],
    ]);
    expect(groups[2]).toMatchObject({ first: letter(1, '').letter.time, last: letter(3, '').letter.time });
  });

  it('keep poison apart, which has no job', () => {
    const [group] = groupLetters([letter(1, 'Not JSON.', { job: null, reason: 'malformed' })]);
    expect(group).toMatchObject({ type: null, reason: 'malformed' });
  });
});

describe('the pattern of a message', () => {
  it.each([
    ['No image 01a20495-2546-7ab4-9119-1338e5675ed4 here', 'No image * here'],
    ["Field 'x y' is 12.5", 'Field * is *.*'],
    ['sha deadbeefdeadbeef', 'sha *'],
    ['1 2  3', '*'],
    ['', ''],
  ])('has a star for what differs: %s', (message, pattern) => {
    expect(patternOf(message)).toBe(pattern);
  });

  it('is never longer than a filter takes', () => {
    expect(patternOf('x '.repeat(600))).toHaveLength(500);
  });
});
