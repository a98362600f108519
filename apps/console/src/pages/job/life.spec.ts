import { describe, expect, it } from '@jest/globals';
import type { JobEvent } from '@jobstream/client';
import type { JobLogLine, TransitionView } from '@jobstream/contracts/rest';
import { maxLines, maxTransitions, untold, withEvents } from './life.js';

const start = Date.UTC(2026, 0, 1);
const transition = (offset: number, run = 1): JobEvent => ({
  kind: 'transition',
  transition: {
    run,
    attempt: 1,
    time: new Date(start + offset).toISOString(),
    topic: 'jobs.probe',
    partition: 0,
    offset,
  } as TransitionView,
});
const logs = (...ids: string[]): JobEvent => ({
  kind: 'logs',
  lines: ids.map((id) => ({ id }) as JobLogLine),
});
const offsetsOf = (events: readonly JobEvent[]) =>
  withEvents(untold, events).transitions.map(({ offset }) => offset);

describe('the life of a job', () => {
  it('has each record once, by run and time, whatever the order in which they are told', () => {
    expect(offsetsOf([transition(5), transition(3, 2), transition(1), transition(5), transition(1)])).toEqual(
      [1, 5, 3],
    );
  });

  it('has each line once, and the newest progress', () => {
    const before = withEvents(untold, [logs('1.0', '1.1'), { kind: 'progress', progress: 1 }]);
    const after = withEvents(before, [logs('1.1', '2.0'), { kind: 'progress', progress: 2 }]);
    expect(after.lines.map(({ id }) => id)).toEqual(['1.0', '1.1', '2.0']);
    expect([before.progress, after.progress, withEvents(after, []).progress]).toEqual([1, 2, 2]);
  });

  it('keeps a bounded number of records and lines, the newest, and counts what it leaves out', () => {
    const many = Array.from({ length: maxTransitions + 3 }, (_, offset) => transition(offset));
    const life = withEvents(untold, [
      ...many,
      logs(...Array.from({ length: maxLines + 2 }, (_, at) => `${at}.0`)),
    ]);
    expect([life.transitions.length, life.transitions[0]!.offset, life.leftOut]).toEqual([
      maxTransitions,
      3,
      3,
    ]);
    expect([life.lines.length, life.lines[0]!.id]).toEqual([maxLines, '2.0']);
  });
});
