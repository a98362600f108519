import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { positionOf } from './coordinates.js';
import { deliveriesOf, mergeFolds, maxStarts, type JobFold } from './fold.js';
import { foldRecord } from './fold-record.js';
import { histories, jobId, logged, type Logged } from './job-history.fixture-spec.js';
import { maxPastEntries, parsePlainEntry } from './plain-record.js';

const foldAll = (history: readonly Logged[]): JobFold =>
  history.map(({ record, at }) => foldRecord(record, at)).reduce(mergeFolds);

/** Some folds of parts of one history. */
const foldsOfOneJob = (count: number) =>
  histories.chain((history) =>
    fc.tuple(
      ...Array.from({ length: count }, () =>
        fc.subarray(history, { minLength: 1 }).map((part) => foldAll(part)),
      ),
    ),
  );

describe('mergeFolds', () => {
  it('is commutative', () => {
    fc.assert(
      fc.property(foldsOfOneJob(2), ([a, b]) => expect(mergeFolds(a!, b!)).toEqual(mergeFolds(b!, a!))),
    );
  });

  it('is associative', () => {
    fc.assert(
      fc.property(foldsOfOneJob(3), ([a, b, c]) =>
        expect(mergeFolds(mergeFolds(a!, b!), c!)).toEqual(mergeFolds(a!, mergeFolds(b!, c!))),
      ),
    );
  });

  it('is idempotent', () => {
    fc.assert(fc.property(foldsOfOneJob(1), ([a]) => expect(mergeFolds(a!, a!)).toEqual(a)));
  });

  it('gives one result for every order, repetition and grouping of a history', () => {
    const retold = histories.chain((history) =>
      fc.record({
        history: fc.constant(history),
        groups: fc.array(fc.array(fc.nat(history.length - 1), { minLength: 1 }), { maxLength: 8 }),
        order: fc.shuffledSubarray(
          history.map((_, index) => index),
          { minLength: history.length },
        ),
      }),
    );
    fc.assert(
      fc.property(retold, ({ history, groups, order }) => {
        const folds = [...groups, order].map((group) => foldAll(group.map((index) => history[index]!)));
        expect(folds.reduce(mergeFolds)).toEqual(foldAll(history));
      }),
      { numRuns: 500 },
    );
  });

  it('keeps every plain record by its coordinates, and counts the distinct starts of the newest run', () => {
    fc.assert(
      fc.property(histories, (history) => {
        const fold = foldAll(history);
        const plain = history.filter(({ record }) => ['queued', 'succeeded'].includes(record.phase));
        const kept = new Set([fold.request.position, fold.outcome.position]);
        for (const entry of fold.past) kept.add(positionOf(parsePlainEntry(entry)));
        for (const { at } of plain) expect(kept).toContain(positionOf(at));

        const newest = history.filter(({ record }) => record.run === fold.run);
        const starts = newest.flatMap(({ record: { value } }) =>
          'start' in value && value.start ? [JSON.stringify(value.start)] : [],
        );
        expect(deliveriesOf(fold)).toBe(new Set(starts).size);
      }),
    );
  });

  it('stays small in a flood of copies, whatever their order', () => {
    const copies = Array.from({ length: maxPastEntries * 2 }, (_, offset) =>
      logged({ phase: 'queued', offset }),
    );
    const fold = foldAll(copies);
    expect(fold.past).toHaveLength(maxPastEntries);
    expect(foldAll(copies.toReversed())).toEqual(fold);
  });

  it('counts starts up to a bound, whatever their order', () => {
    const restarts = Array.from({ length: maxStarts + 50 }, (_, start) =>
      logged({ phase: 'started', offset: start, start }),
    );
    const fold = foldAll(restarts);
    expect(deliveriesOf(fold)).toBe(maxStarts + 1);
    expect(foldAll(restarts.toReversed())).toEqual(fold);
  });
});

describe('the state of a job', () => {
  const stateOf = (...history: Logged[]) => foldAll(history).outcome.state;

  it('follows a plain job', () => {
    const queued = logged({ phase: 'queued', offset: 3 });
    const succeeded = logged({ phase: 'succeeded', offset: 8, start: 1 });
    expect(foldAll([succeeded, queued])).toMatchObject({
      id: jobId,
      run: 1,
      origin: { type: 'probe.run', submittedFor: 'ada', position: positionOf(queued.at) },
      request: { queue: 'probe', payload: '{"run":1}', priority: 'normal', maxAttempts: 4 },
      outcome: { state: 'succeeded', result: '{"attempt":1}', worker: 'worker-1', nextAttemptAt: null },
      starts: [],
      past: [],
    });
  });

  it('has its queue before the request is seen', () => {
    const fold = foldAll([logged({ phase: 'succeeded' })]);
    expect(fold.request).toMatchObject({ queue: 'probe', payload: null, maxAttempts: null });
  });

  it('goes from dead_lettered to succeeded when a crash made the last attempt run again', () => {
    const dead = logged({ phase: 'dead_lettered', attempt: 4 });
    expect(stateOf(dead, logged({ phase: 'succeeded', attempt: 4 }))).toBe('succeeded');
    expect(stateOf(logged({ phase: 'succeeded', attempt: 1 }), dead)).toBe('succeeded');
  });

  it('keeps the first final event of a run', () => {
    const first = logged({ phase: 'cancelled', offset: 9 });
    const later = logged({ phase: 'succeeded', offset: 10, attempt: 4 });
    expect(stateOf(first, later)).toBe('cancelled');
    expect(stateOf(later, first)).toBe('cancelled');
  });

  it('never lets a late final of run 1 overwrite run 2', () => {
    const late = logged({ phase: 'succeeded', run: 1, offset: 900 });
    const replayed = logged({ phase: 'queued', run: 2, offset: 5 });
    expect(foldAll([logged({ phase: 'queued' }), replayed, late])).toMatchObject({
      run: 2,
      outcome: { state: 'queued' },
      request: { payload: '{"run":2}' },
      origin: { run: 1 },
    });
  });

  it('is the farthest attempt while unfinished, retrying above running above queued above scheduled', () => {
    const order = (['scheduled', 'queued', 'progress', 'retrying'] as const).map((phase) =>
      logged({ phase }),
    );
    for (const [index, record] of order.entries())
      expect(stateOf(...order.slice(0, index + 1).toReversed())).toBe(foldAll([record]).outcome.state);
    expect(stateOf(...order, logged({ phase: 'started', attempt: 2 }))).toBe('running');
  });

  it('takes the last progress', () => {
    const progress = [4, 12, 7].map((offset) => logged({ phase: 'progress', offset }));
    expect(foldAll(progress).outcome.progress).toBe('{"offset":12}');
  });

  it('takes the first request when a copy follows', () => {
    const copy = logged({ phase: 'queued', offset: 11 });
    const fold = foldAll([copy, logged({ phase: 'queued', offset: 2 })]);
    expect(fold.request.position).toBe('jobs.probe 10 12');
    expect(fold.outcome.position).toBe('jobs.probe 10 211');
  });

  it('takes the last scheduled request while it waits, then the one that went into the queue', () => {
    const scheduled = [3, 8, 5].map((offset) => logged({ phase: 'scheduled', offset }));
    const waiting = foldAll(scheduled);
    expect(waiting.request.position).toBe(waiting.outcome.position);
    expect(waiting.request.position).toBe(positionOf(scheduled[1]!.at));
    const queued = logged({ phase: 'queued' });
    expect(foldAll([queued, ...scheduled]).request.position).toBe(positionOf(queued.at));
  });

  it('has the time a retry is due: by append time and lane, elsewhere by its own field', () => {
    const onLane = logged({ phase: 'retrying', topic: 'jobs.probe.retry.60s', timestamp: 5_000 });
    expect(foldAll([onLane]).outcome.nextAttemptAt).toBe(65_000);
    const delayed = logged({ phase: 'retrying', topic: 'jobs.delayed' });
    expect(foldAll([delayed]).outcome.nextAttemptAt).toBe(Date.parse('2026-01-01T00:01:00Z'));
  });

  it('counts a redelivered attempt as another delivery', () => {
    const history = [
      logged({ phase: 'queued' }),
      logged({ phase: 'started', offset: 1, start: 1 }),
      logged({ phase: 'started', offset: 2, start: 2 }),
      logged({ phase: 'succeeded', offset: 3, start: 2 }),
    ];
    expect(deliveriesOf(foldAll(history))).toBe(2);
  });

  it('refuses values that nest too deeply for JSON', () => {
    const payload: unknown = JSON.parse('['.repeat(100_000) + ']'.repeat(100_000));
    const { record, at } = logged({ phase: 'queued' });
    const deep = { ...record, value: { ...record.value, payload } } as typeof record;
    expect(() => foldRecord(deep, at)).toThrow(RangeError);
  });
});
