import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parsePosition, positionOf } from './coordinates.js';
import { mergeFolds } from './fold.js';
import { foldRecord } from './fold-record.js';
import { histories, logged, type Facts } from './job-history.fixture-spec.js';
import { orderHistory, standingOf, transitionOf, type Step } from './transition.js';
import { stateOfPhase } from '@jobstream/contracts';

const step = (facts: Facts): Step => {
  const { record, at } = logged(facts);
  return { ...at, state: stateOfPhase(record.phase), run: record.run, attempt: record.attempt };
};
const told = (...facts: Facts[]) =>
  orderHistory(facts.map(step)).map(
    ({ state, run, superseded }) => `${run} ${state}${superseded ? ' superseded' : ''}`,
  );

describe('orderHistory', () => {
  it('orders the transitions of a job, whatever order its records come in', () => {
    expect(
      told(
        { phase: 'succeeded', attempt: 2, offset: 9, timestamp: 50 },
        { phase: 'retrying', offset: 4, timestamp: 30 },
        { phase: 'queued', offset: 7, timestamp: 10 },
        { phase: 'started', offset: 2, timestamp: 20 },
      ),
    ).toEqual(['1 queued', '1 running', '1 retrying', '1 succeeded']);
  });

  it('marks a dead letter that a success followed', () => {
    expect(
      told(
        { phase: 'queued', timestamp: 10 },
        { phase: 'dead_lettered', attempt: 4, timestamp: 20 },
        { phase: 'succeeded', attempt: 4, timestamp: 30 },
      ),
    ).toEqual(['1 queued', '1 dead_lettered superseded', '1 succeeded']);
  });

  it('marks copies of a request and all but the first end', () => {
    expect(
      told(
        { phase: 'queued', offset: 1, timestamp: 10 },
        { phase: 'queued', offset: 2, timestamp: 11 },
        { phase: 'succeeded', offset: 5, timestamp: 20 },
        { phase: 'succeeded', offset: 6, timestamp: 21 },
      ),
    ).toEqual(['1 queued', '1 queued superseded', '1 succeeded', '1 succeeded superseded']);
  });

  it('treats each run on its own', () => {
    expect(
      told(
        { phase: 'dead_lettered', run: 1, timestamp: 10 },
        { phase: 'queued', run: 2, timestamp: 20 },
        { phase: 'succeeded', run: 2, timestamp: 30 },
      ),
    ).toEqual(['1 dead_lettered', '2 queued', '2 succeeded']);
  });

  it('keeps a transition of the same attempt on two topics once: the last retry', () => {
    expect(
      told(
        { phase: 'retrying', topic: 'jobs.probe.retry.1s', offset: 3, timestamp: 10 },
        { phase: 'retrying', topic: 'jobs.probe.retry.1s', offset: 8, timestamp: 20 },
      ),
    ).toEqual(['1 retrying superseded', '1 retrying']);
  });
});

describe('standingOf', () => {
  it('is the transition that the fold of the same records shows, for any history', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const transitions = history.filter(({ record }) => record.phase !== 'progress');
        const standing = standingOf(
          transitions.map(({ record, at }) => ({
            ...at,
            state: stateOfPhase(record.phase),
            run: record.run,
            attempt: record.attempt,
          })),
        );
        if (transitions.length === 0) return expect(standing).toBeUndefined();
        const { run, outcome } = transitions
          .map(({ record, at }) => foldRecord(record, at))
          .reduce(mergeFolds);
        const { state, attempt, position } = outcome;
        expect({ ...standing, position: positionOf(standing!) }).toMatchObject({
          run,
          state,
          attempt,
          position,
        });
      }),
    );
  });
});

describe('transitionOf', () => {
  it.each(['queued', 'succeeded', 'progress'] as const)('gives no row for %s', (phase) => {
    const { record, at } = logged({ phase });
    expect(transitionOf(record, at)).toBeNull();
  });

  it('keeps the fields of a dead letter', () => {
    const { record, at } = logged({ phase: 'dead_lettered', attempt: 4, offset: 12 });
    expect(transitionOf(record, at)).toMatchObject({
      topic: 'jobs.probe.dlq',
      partition: 0,
      offset: 12,
      state: 'dead_lettered',
      attempt: 4,
      reason: 'exhausted',
      attempts: 4,
      error: '{"code":"boom","message":"attempt 4"}',
    });
  });
});

describe('positions', () => {
  const places = fc.record({
    topic: fc.constantFrom('jobs.a', 'jobs.a.high', 'jobs.a-b', 'jobs.ab'),
    partition: fc.nat(2_000),
    offset: fc.nat(2 ** 31 - 1),
  });
  const key = ({ topic, partition, offset }: { topic: string; partition: number; offset: number }) =>
    [topic, partition, offset] as const;

  it('sort as their tuples and are read back', () => {
    fc.assert(
      fc.property(places, places, (a, b) => {
        const [x, y] = [key(a), key(b)];
        const index = x.findIndex((part, at) => part !== y[at]);
        const below = index !== -1 && x[index]! < y[index]!;
        expect(positionOf(a) < positionOf(b)).toBe(below);
        expect(parsePosition(positionOf(a))).toEqual(a);
      }),
    );
  });
});
