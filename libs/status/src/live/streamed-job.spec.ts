import { describe, expect, it } from '@jest/globals';
import { partitionKey } from '@jobstream/kafka';
import { foldRecord, goesFarther, orderHistory } from '@jobstream/lifecycle';
import fc from 'fast-check';
import type { SeenRecord } from './job-feed.js';
import { logOf, logs } from './job-log.fixture-spec.js';
import { LogPosition } from '../reads/log-position.js';
import { itemOf } from './overlay-view.js';
import { StreamedJob, type ToldEvent } from './streamed-job.js';

function historyOf(records: readonly SeenRecord[]) {
  const items = records.filter(({ record }) => record.phase !== 'progress').map(itemOf);
  return orderHistory(items.map((item) => ({ ...item, timestamp: item.at.getTime() })));
}

const placesOf = (records: readonly SeenRecord[]) =>
  records
    .filter(({ record }) => record.phase !== 'progress')
    .map(({ at }) => `${partitionKey(at)}/${at.offset}`);

/** How far the projection, or a feed, has come: in each partition to another place. */
function upTo(log: readonly SeenRecord[], cut: (partition: string) => number): SeenRecord[] {
  return log.filter(({ at }) => at.offset < cut(partitionKey(at)));
}

describe('the stream of a job', () => {
  /** Connection by connection, each dropped after some events; an id is taken to the next one as text. */
  function follow(
    log: readonly SeenRecord[],
    drops: readonly number[],
    cuts: readonly number[],
  ): ToldEvent[] {
    const told: ToldEvent[] = [];
    let id = '';
    [...drops, Infinity].forEach((most, connection) => {
      const isLast = most === Infinity;
      const cut = (partition: string) =>
        isLast && connection % 2 === 0 ? Infinity : cuts[(connection * 7 + partition.length) % cuts.length]!;
      const job = new StreamedJob(id === '' ? new LogPosition() : LogPosition.parse(id)!);
      const past = historyOf(upTo(log, cut));
      const live = log.filter(({ at }) => at.offset >= cut(partitionKey(at)) - 2);
      const events = function* () {
        yield* job.tellPast(past);
        for (const record of live) {
          const event = job.tell(record);
          if (event) yield event;
        }
      };
      let count = 0;
      for (const event of events()) {
        if (count++ >= most) break;
        told.push(event);
        if (event.kind === 'transition') ({ id } = event);
      }
    });
    return told;
  }

  const transitionsOf = (told: readonly ToldEvent[]) =>
    told.flatMap((event) => (event.kind === 'transition' ? [event.data] : []));

  it('tells each transition once, whatever order runs come in and wherever connections drop', () => {
    fc.assert(
      fc.property(
        logs,
        fc.array(fc.integer({ min: 0, max: 6 }), { maxLength: 6 }),
        fc.array(fc.nat(30), { minLength: 1, maxLength: 5 }),
        (log, drops, cuts) => {
          const told = transitionsOf(follow(log, drops, cuts));
          expect(told.map((each) => `${partitionKey(each)}/${each.offset}`).sort()).toEqual(
            placesOf(log).sort(),
          );
        },
      ),
      { numRuns: 500 },
    );
  });

  it('goes back only when the log does', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const told = [...new StreamedJob(new LogPosition()).tellPast(historyOf(log))];
        const items = transitionsOf(told).map((each) => ({ ...each, timestamp: 0 }));
        const life = historyOf(log).map(({ offset }) => offset);
        items.forEach((item, index) => {
          for (const later of items.slice(index + 1)) {
            if (life.indexOf(later.offset) > life.indexOf(item.offset)) continue;
            // Told out of the order of its life: something that its partition has before it had to be told first.
            const before = items.slice(0, items.indexOf(later));
            expect(
              before.some((each) => partitionKey(each) === partitionKey(later) && each.offset < later.offset),
            ).toBe(true);
          }
        });
      }),
    );
  });

  it('ends with the newest run, and tells no progress of an ended attempt', () => {
    fc.assert(
      fc.property(logs, (log) => {
        const job = new StreamedJob(new LogPosition());
        let farthest: ReturnType<typeof itemOf> | undefined;
        for (const seen of log) {
          const item = itemOf(seen);
          const isNews = farthest === undefined || goesFarther(item, farthest);
          const event = job.tell(seen);
          if (seen.record.phase === 'progress') expect(event !== undefined).toBe(isNews);
          if (isNews) farthest = item;
        }
        const folds = log.map(({ record, at }) => foldRecord(record, at));
        const newest = Math.max(...folds.map(({ run }) => run));
        const ends = ['succeeded', 'cancelled', 'expired', 'dead_lettered'];
        const hasEnded = folds.some(({ run, outcome }) => run === newest && ends.includes(outcome.state));
        expect(job.hasEnded).toBe(hasEnded);
      }),
    );
  });

  it('tells run 2 even if a record of run 1 came late', () => {
    const facts = { attempt: 1, topic: 0, partition: 0 };
    const log = logOf([
      { ...facts, phase: 'queued', run: 1 },
      { ...facts, phase: 'started', run: 1 },
      { ...facts, phase: 'dead_lettered', run: 1 },
      { ...facts, phase: 'queued', run: 2 },
      { ...facts, phase: 'started', run: 2 },
      { ...facts, phase: 'succeeded', run: 1 },
      { ...facts, phase: 'succeeded', run: 2 },
    ]);
    const told = transitionsOf([...new StreamedJob(new LogPosition()).tellPast(historyOf(log))]);
    expect(told.map(({ run, state }) => `${run} ${state}`)).toEqual([
      '1 queued',
      '1 running',
      '1 dead_lettered',
      '2 queued',
      '2 running',
      '1 succeeded',
      '2 succeeded',
    ]);
  });
});
