import { describe, expect, it } from '@jest/globals';
import type { TransitionView } from '@jobstream/contracts/rest';
import { barsOf } from './attempt-bars.js';

const at = (second: number) => new Date(Date.UTC(2026, 0, 1) + second * 1_000).toISOString();
const ms = (second: number) => Date.parse(at(second));

function transition(second: number, fields: Partial<TransitionView>): TransitionView {
  return {
    time: at(second),
    state: 'queued',
    run: 1,
    attempt: 1,
    worker: null,
    startedAt: null,
    error: null,
    nextAttemptAt: null,
    reason: null,
    attempts: null,
    origin: null,
    topic: 'jobs.probe',
    partition: 0,
    offset: second,
    superseded: false,
    ...fields,
  };
}

describe('the bars of a job', () => {
  it('show what it waited, ran and backed off, attempt by attempt', () => {
    const bars = barsOf(
      [
        transition(0, {}),
        transition(3, { state: 'retrying', startedAt: at(1), nextAttemptAt: at(8) }),
        transition(12, { state: 'succeeded', attempt: 2, startedAt: at(9) }),
      ],
      ms(60),
    );
    expect(bars).toEqual([
      {
        run: 1,
        attempt: 1,
        end: 'retrying',
        isRedelivered: false,
        parts: [
          { kind: 'waited', from: ms(0), to: ms(1), isOpen: false },
          { kind: 'ran', from: ms(1), to: ms(3), isOpen: false },
          { kind: 'backed_off', from: ms(3), to: ms(8), isOpen: false },
        ],
      },
      {
        run: 1,
        attempt: 2,
        end: 'succeeded',
        isRedelivered: false,
        parts: [
          { kind: 'waited', from: ms(8), to: ms(9), isOpen: false },
          { kind: 'ran', from: ms(9), to: ms(12), isOpen: false },
        ],
      },
    ]);
  });

  it('go on to now while the job waits or runs', () => {
    expect(barsOf([transition(0, {})], ms(5))[0]!.parts).toEqual([
      { kind: 'waited', from: ms(0), to: ms(5), isOpen: true },
    ]);
    const running = [transition(0, {}), transition(2, { state: 'running', startedAt: at(2) })];
    expect(barsOf(running, ms(5))[0]).toMatchObject({
      end: undefined,
      parts: [{ kind: 'waited' }, { kind: 'ran', from: ms(2), to: ms(5), isOpen: true }],
    });
  });

  it('mark an attempt that was started twice, and leave out what is superseded', () => {
    const twice = [
      transition(0, {}),
      transition(1, { state: 'running', startedAt: at(1) }),
      transition(4, { state: 'running', startedAt: at(4) }),
      transition(6, { state: 'dead_lettered', startedAt: at(1), superseded: true }),
      transition(7, { state: 'succeeded', startedAt: at(4) }),
    ];
    expect(barsOf(twice, ms(9))).toMatchObject([{ isRedelivered: true, end: 'succeeded' }]);
  });

  it('begin anew with a replay', () => {
    const bars = barsOf(
      [transition(0, {}), transition(1, { state: 'dead_lettered' }), transition(100, { run: 2 })],
      ms(101),
    );
    expect(bars.map(({ run, parts }) => [run, parts[0]!.from])).toEqual([
      [1, ms(0)],
      [2, ms(100)],
    ]);
  });

  it('are none without records', () => {
    expect(barsOf([], 0)).toEqual([]);
  });
});
