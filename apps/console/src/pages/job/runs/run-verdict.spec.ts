import { describe, expect, it } from '@jest/globals';
import { judgeRuns, type JudgedRun } from './run-verdict.js';

const ended = (state: JudgedRun['state'], more: Partial<JudgedRun> = {}): JudgedRun => ({
  state,
  error: null,
  reason: null,
  result: null,
  missing: [],
  ...more,
});
const failed = (message: string, code = 'boom') =>
  ended('dead_lettered', { reason: 'exhausted', error: { code, message } });
const succeeded = (result: unknown) => ended('succeeded', { result });
const lost = ended('succeeded', { missing: ['result'] });

describe('the verdict on two runs of a job', () => {
  it.each<[string, JudgedRun, JudgedRun]>([
    ['mended', failed('x'), succeeded(1)],
    ['mended', ended('expired'), succeeded(1)],
    [
      'failed the same',
      failed('port 80 of 7d444840-9dc0-11d1-b245-5ffdce74fad2'),
      failed('port 443 of 7D444840-9dc0-11d1-b245-5ffdce74fad3'),
    ],
    ['failed anew', failed('x'), failed('y')],
    ['failed anew', failed('x'), failed('x', 'bang')],
    ['failed anew', failed('x'), ended('expired')],
    ['failed', ended('cancelled'), failed('x')],
    ['broken', succeeded(1), failed('x')],
    ['same result', succeeded({ a: [1] }), succeeded({ a: [1] })],
    ['result changed', succeeded({ a: [1] }), succeeded({ a: [2] })],
    ['succeeded again', lost, succeeded(1)],
    ['succeeded again', succeeded(1), lost],
    ['cancelled', failed('x'), ended('cancelled')],
    ['not ended yet', failed('x'), ended('running')],
  ])('is: %s', (verdict, before, after) => {
    expect(judgeRuns(before, after)).toBe(verdict);
  });
});
