import { describe, expect, it } from '@jest/globals';
import { PartitionLane, type PendingRecord } from './partition-lane.js';

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
  it('takes what fits, at least one, and nothing more while that is in flight', () => {
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
});
