import { describe, expect, it } from '@jest/globals';
import { isAtLeast, readLogLine } from './log-line.js';

describe('a line of a log', () => {
  it('is shown as its message, with the fields that differ from line to line', () => {
    const line = { level: 'info', time: '2026-01-31T06:00:00Z', service: 'api', msg: 'job accepted' };
    expect(readLogLine(JSON.stringify({ ...line, job: '7', took: 3, why: 'a b' }))).toEqual({
      level: 'info',
      text: 'job accepted  job=7  took=3  why="a b"',
    });
  });

  it('shows the stack of its error below', () => {
    const err = { message: 'no', stack: 'Error: no\n    at send (mail.ts:3:1)' };
    const { text } = readLogLine(JSON.stringify({ level: 'error', msg: 'attempt failed', err }));
    expect(text).toBe('attempt failed\nError: no\n    at send (mail.ts:3:1)');
  });

  it.each(['a word', '{"half": ', '{"no": "level"}', '{"level": 30, "msg": "a number"}'])(
    'is shown as it is where no logger of ours wrote it: %s',
    (line) => {
      expect(readLogLine(line)).toEqual({ level: undefined, text: line });
    },
  );

  it('is left out when it is less grave than asked for, but not when nobody knows how grave it is', () => {
    const ofLevel = (level: string) => isAtLeast(readLogLine(JSON.stringify({ level, msg: '' })), 'warn');
    expect(['trace', 'debug', 'info', 'warn', 'error', 'fatal'].filter(ofLevel)).toEqual([
      'warn',
      'error',
      'fatal',
    ]);
    expect(isAtLeast(readLogLine('a crash'), 'fatal')).toBe(true);
  });
});
