import { describe, expect, it } from '@jest/globals';
import type { IncomingRecord } from '@jobstream/kafka';
import { RecentRecords } from './recent-records.js';

const record = (offset: number, bytes = 100): IncomingRecord => ({
  topic: 'events',
  partition: 0,
  offset,
  timestamp: 0,
  key: null,
  value: Buffer.alloc(bytes),
  headers: {},
});

describe('recent records', () => {
  it('are given by job, in the order in which they came', () => {
    const recent = new RecentRecords();
    recent.add('a', record(1));
    recent.add('b', record(2));
    recent.add('a', record(3));
    expect(recent.of('a').map(({ offset }) => offset)).toEqual([1, 3]);
    expect(recent.of('c')).toEqual([]);
    recent.clear();
    expect(recent.of('a')).toEqual([]);
  });

  it('are bounded in bytes: jobs without a recent record are forgotten first', () => {
    const recent = new RecentRecords();
    for (let offset = 0; offset < 100; offset += 1) {
      recent.add('always', record(offset, 1_000));
      recent.add(`job-${offset}`, record(offset, 200_000));
    }
    expect(recent.of('always')).toHaveLength(100);
    expect(recent.of('job-99')).toHaveLength(1);
    expect(recent.of('job-0')).toEqual([]);
    const kept = Array.from({ length: 100 }, (_, index) => recent.of(`job-${index}`).length);
    expect(kept.filter((count) => count > 0).length).toBe(41);
  });

  it('are empty for a job that alone is too large', () => {
    const recent = new RecentRecords();
    for (let offset = 0; offset < 10; offset += 1) recent.add('large', record(offset, 1024 * 1024));
    expect(recent.of('large').length).toBeLessThan(8);
  });
});
