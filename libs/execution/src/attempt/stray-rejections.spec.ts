import { describe, expect, it } from '@jest/globals';
import { createLoggerTo } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import { LazyAbort } from './lazy-abort.js';
import { RunningAttempts, type RunningAttempt } from './running-attempts.js';
import { judgeStray, StrayRejections } from './stray-rejections.js';

describe('judgeStray', () => {
  it.each([
    [
      'that is traced to an attempt, with that attempt',
      { origin: 'a', isTracking: true, untracked: ['b', 'c'] },
      { kind: 'attempt', attempt: 'a' },
    ],
    [
      'while one attempt is untracked, with that one',
      { origin: undefined, isTracking: true, untracked: ['b'] },
      { kind: 'attempt', attempt: 'b' },
    ],
    [
      'before tracking while one attempt runs, with that one',
      { origin: undefined, isTracking: false, untracked: ['b'] },
      { kind: 'attempt', attempt: 'b' },
    ],
    [
      'while several are untracked, with nobody',
      { origin: undefined, isTracking: true, untracked: ['b', 'c'] },
      { kind: 'unknown', among: ['b', 'c'] },
    ],
    [
      'before tracking while none runs, with nobody: one may have ended',
      { origin: undefined, isTracking: false, untracked: [] },
      { kind: 'unknown', among: [] },
    ],
    [
      'that is traced to no attempt while all are tracked, with the worker',
      { origin: undefined, isTracking: true, untracked: [] },
      { kind: 'worker' },
    ],
  ])('lays the fault for a rejection %s', (_, facts, verdict) => {
    expect(judgeStray(facts)).toEqual(verdict);
  });
});

describe('StrayRejections', () => {
  function open() {
    const lines: { msg: string; jobs?: string[]; job?: string }[] = [];
    const write = (line: string) => lines.push(JSON.parse(line) as (typeof lines)[number]);
    const running = new RunningAttempts();
    const strays = new StrayRejections(running, createLoggerTo({ write }, 'test', 'info'));
    const begin = (id: string, isHere = true) => {
      const failures: unknown[] = [];
      const attempt: RunningAttempt = {
        job: { request: { id, type: 'print.page' }, run: 1, attempt: 1 } as StartableJob,
        lazyAbort: new LazyAbort(),
        isHere,
      };
      attempt.lazyAbort.whenFailing = (error) => failures.push(error);
      return { attempt, failures, end: running.began(attempt) };
    };
    return { strays, lines, begin };
  }
  const error = new Error('nobody awaits this');

  it('fail the only attempt in this process, and abort its signal', () => {
    const { strays, begin } = open();
    begin('elsewhere', false);
    const only = begin('only');
    expect(strays.take(error)).toBe(true);
    expect(only.failures).toEqual([error]);
    expect(only.attempt.lazyAbort.signal.aborted).toBe(true);
  });

  it('name the attempts that it may be, and fail none, before attempts are tracked', () => {
    const { strays, begin, lines } = open();
    const attempts = [begin('a'), begin('b')];
    expect(strays.take(error)).toBe(true);
    expect(attempts.map(({ failures }) => failures)).toEqual([[], []]);
    expect(lines).toMatchObject([{ jobs: ['a', 'b'] }]);
  });

  it('fail the attempt that made the promise, once attempts are tracked', () => {
    const { strays, begin } = open();
    begin('a').end();
    strays.take(error);
    const [first, second] = [begin('first'), begin('second')];
    strays.call(first.attempt, () => undefined);
    strays.call(second.attempt, () => strays.take(error));
    expect([first.failures, second.failures]).toEqual([[], [error]]);
  });

  it('fail nobody when their attempt has ended, and tell of it', () => {
    const { strays, begin, lines } = open();
    strays.take(error);
    const late = begin('late');
    strays.call(late.attempt, () => {
      late.end();
      expect(strays.take(error)).toBe(true);
    });
    expect(late.failures).toEqual([]);
    expect(lines.at(-1)).toMatchObject({ job: 'late', msg: expect.stringContaining('has ended') });
  });

  it('end the process where no attempt can have made them', () => {
    const { strays, begin } = open();
    expect(strays.take(error)).toBe(true);
    strays.call(begin('a').attempt, () => undefined);
    expect(strays.take(error)).toBe(false);
  });
});
