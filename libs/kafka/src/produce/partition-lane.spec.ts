import { describe, expect, it } from '@jest/globals';
import { PartitionLane } from './partition-lane.js';
import type { PendingRecord } from './pending-record.js';

const pending = (more: Partial<PendingRecord> = {}): PendingRecord => ({
  topic: 't',
  key: 'k',
  value: null,
  headers: {},
  sizes: { key: 1, value: 0, headers: 1 },
  bound: 100,
  deadline: 1_000,
  enqueuedAt: 0,
  mayBeInLog: false,
  failure: undefined,
  settled: false,
  tell: () => {},
  ...more,
});
const filled = (...records: PendingRecord[]): PartitionLane => {
  const lane = new PartitionLane('t', 0);
  for (const record of records) lane.push(record);
  return lane;
};

describe('PartitionLane', () => {
  it('takes a batch that fits, at least one record, and nothing more while it is in flight', () => {
    const records = [pending({ bound: 5_000_000 }), pending(), pending()];
    const lane = filled(...records);
    expect(lane.take(4_000_000, 100)).toEqual([records[0]]);
    expect(lane.isReady(0)).toBe(false);
    lane.land();
    expect(lane.take(4_000_000, 1)).toEqual([records[1]]);
  });

  it('sends a failed batch again first, in order, after a growing pause', () => {
    const records = [pending(), pending(), pending()];
    const lane = filled(...records.slice(0, 2));
    const pauses: number[] = [];
    for (let attempt = 0; attempt < 8; attempt += 1) {
      expect(lane.take(1_000_000, 100)).toEqual(records.slice(0, attempt === 0 ? 2 : 3));
      if (attempt === 0) lane.push(records[2]!);
      lane.fail(0);
      let pause = 0;
      while (!lane.isReady(pause)) pause += 1;
      pauses.push(pause);
    }
    expect(pauses).toEqual([20, 40, 80, 160, 320, 500, 500, 500]);
    lane.take(1_000_000, 100);
    lane.land();
    expect(lane.isReady(0)).toBe(false);
  });

  it('halves its batches until the broker takes them', () => {
    const records = Array.from({ length: 8 }, () => pending());
    const lane = filled(...records);
    const sizes: number[] = [];
    for (let now = 0; ; now += 1_000) {
      const batch = lane.take(1_000_000, 100);
      sizes.push(batch.length);
      if (batch.length === 1) break;
      lane.shrink(batch);
      lane.fail(now);
    }
    expect(sizes).toEqual([8, 3, 1]);
  });

  it('shows the expired, leaves those in flight in place, and sends none of them again', () => {
    const records = [pending({ deadline: 10 }), pending({ deadline: 20 }), pending({ deadline: 90 })];
    const lane = filled(...records);
    lane.take(1_000_000, 1);
    expect(lane.expired(30)).toEqual([
      { record: records[0], inFlight: true },
      { record: records[1], inFlight: false },
    ]);
    for (const record of records.slice(0, 2)) record.settled = true;
    expect(lane.expired(30)).toEqual([]);
    lane.fail(30);
    expect(lane.take(1_000_000, 100)).toEqual([records[2]]);
  });

  describe('of a partition that takes nothing', () => {
    const noLeader = 5;
    const brokerAway = 8;
    const tooFewReplicas = 19;
    it.each([
      { name: 'no leader since long', code: noLeader, ms: 2_000, hopeless: ['tried', 'new'] },
      { name: 'no leader since now', code: noLeader, ms: 1_999, hopeless: [] },
      { name: 'too few replicas since long', code: tooFewReplicas, ms: 2_000, hopeless: ['tried'] },
      { name: 'too few replicas since now', code: tooFewReplicas, ms: 1_999, hopeless: [] },
      { name: 'a leader that is away', code: brokerAway, ms: 9_000, hopeless: [] },
    ])('gives up what need not wait: $name', ({ code, ms, hopeless }) => {
      const records = {
        tried: pending({ failure: 'no' }),
        new: pending(),
        latest: pending({ enqueuedAt: 50_000 }),
      };
      const lane = filled(...Object.values(records));
      lane.note(code, 10_000);
      lane.note(code, 10_000 + ms);
      const given = lane.takeHopeless(10_000 + ms, 40_000);
      expect(given).toEqual(hopeless.map((name) => records[name as keyof typeof records]));
      expect(lane.takeHopeless(10_000 + ms, 40_000)).toEqual([]);
      expect(lane.take(1_000_000, 100)).toEqual(
        Object.values(records).filter((each) => !given.includes(each)),
      );
    });

    it('tells records that its partition held up from those that waited for the cluster', () => {
      const lane = filled(pending());
      expect(lane.hasHeldUp(0)).toBe(false);
      lane.noteRefusal(10);
      expect([lane.hasHeldUp(10), lane.hasHeldUp(11)]).toEqual([true, false]);
      lane.note(tooFewReplicas, 20);
      expect(lane.hasHeldUp(30)).toBe(true);
      lane.forgetTrouble();
      expect(lane.hasHeldUp(30)).toBe(false);
    });

    it.each([
      ['it takes records again', (lane: PartitionLane) => (lane.take(1_000, 1), lane.land())],
      ['it has a leader', (lane: PartitionLane) => lane.noteLeader()],
      ['no broker answers', (lane: PartitionLane) => lane.forgetTrouble()],
      ['nothing was heard of it for a minute', (lane: PartitionLane) => lane.note(noLeader, 70_000)],
    ])('waits again once %s', (_, happens) => {
      const lane = filled(pending(), pending());
      lane.note(noLeader, 0);
      happens(lane);
      expect(lane.takeHopeless(70_000, 70_000)).toEqual([]);
    });
  });
});
