import { describe, expect, it } from '@jest/globals';
import type { Commit } from '../../client/cluster-reader.js';
import { fetchedRecord } from '../../client/kafkajs/fetched-record.fixture-spec.js';
import type { Delivery } from './delivery.js';
import type { LostPartition } from './lost-partition.js';
import { decodeOffsetMap } from './offset-map.js';
import { WorkPartition } from './work-partition.js';

class Consumer {
  handedOver: Delivery[] = [];
  mayBegin = true;
  isHandingOver = false;
  held: WorkPartition;

  constructor(commit: Commit | null = null, lost: LostPartition | null = null) {
    const events = {
      changed: () => {},
      waitingChanged: () => {},
      handOver: (delivery: Delivery) => this.handedOver.push(delivery),
      mayBegin: () => this.mayBegin,
      checkSession: () => true,
      isHandingOver: () => this.isHandingOver,
    };
    const place = { topic: 'jobs', partition: 0, commit, logStart: 0, logEnd: 1_000 };
    this.held = new WorkPartition({ ...place, processId: 'me', lost, events });
  }

  read(from: number, to: number, lastTime = 1): Delivery[] {
    const messages = Array.from({ length: to - from }, (_, index) => fetchedRecord({ offset: from + index }));
    return this.held.take({ messages, next: to, logEnd: to, lastTime }, 1);
  }

  commit(): Commit | null {
    const next = this.held.nextCommit();
    next?.landed();
    return next && { offset: next.commit.offset, metadata: next.commit.metadata! };
  }
}

const offsets = (deliveries: Delivery[]): number[] => deliveries.map(({ record }) => record.offset);
const doneOf = (commit: Commit | null): unknown => decodeOffsetMap(commit!.offset, commit!.metadata)!.done;

describe('WorkPartition', () => {
  it('counts values, keys and headers of the records that wait', () => {
    const { held } = new Consumer();
    const big = Buffer.alloc(10_000);
    const waiting = [
      {},
      { value: big },
      { key: big },
      { headers: { a: big.toString(), b: big.toString() } },
    ].map((more, at) => {
      const before = held.waitingBytes;
      held.take(
        { messages: [fetchedRecord({ offset: at, ...more })], next: at + 1, logEnd: at + 1, lastTime: 1 },
        1,
      );
      return held.waitingBytes - before;
    });
    expect(waiting[0]).toBeLessThan(1_000);
    expect(waiting[1]).toBeGreaterThan(10_000);
    expect(waiting[2]).toBeGreaterThan(10_000);
    expect(waiting[3]).toBeGreaterThan(20_000);
  });

  it('commits the lowest unfinished offset with what is finished above it, and only news', () => {
    const consumer = new Consumer();
    const [a, b, c, d] = consumer.read(0, 4);
    for (const each of [a, b, c, d]) each!.begin();
    expect(consumer.commit()!.offset).toBe(0);
    expect(consumer.commit()).toBeNull();
    b!.done();
    d!.done();
    const first = consumer.commit();
    expect(first!.offset).toBe(0);
    expect(doneOf(first)).toEqual([
      { from: 1, to: 2 },
      { from: 3, to: 4 },
    ]);
    expect(consumer.commit()).toBeNull();
    a!.done();
    expect(consumer.commit()!.offset).toBe(2);
    c!.done();
    expect(consumer.commit()!.offset).toBe(4);
  });

  it('sends a commit that did not land again with the next', () => {
    const consumer = new Consumer();
    const [a] = consumer.read(0, 1);
    a!.done();
    consumer.held.nextCommit();
    expect(consumer.commit()!.offset).toBe(1);
  });

  it('drops records that are read again while they are in flight or done', () => {
    const consumer = new Consumer();
    const [a] = consumer.read(0, 3);
    a!.done();
    expect(offsets(consumer.read(0, 5))).toEqual([3, 4]);
  });

  it('leaves out records that the commit of another process shows as done', () => {
    const other = new Consumer();
    const deliveries = other.read(0, 6);
    deliveries[2]!.done();
    deliveries[3]!.done();
    const next = new Consumer(other.commit());
    expect(offsets(next.read(0, 6))).toEqual([0, 1, 4, 5]);
  });

  it('ends the deliveries of a lost partition that had not begun', () => {
    const consumer = new Consumer();
    const [a, b] = consumer.read(0, 2);
    a!.begin();
    consumer.held.lose(1);
    expect([a!.isCurrent(), b!.isCurrent()]).toEqual([false, false]);
    expect(b!.begin()).toBe(false);
  });

  it('begins nothing while the consumer drains', () => {
    const consumer = new Consumer();
    const [a] = consumer.read(0, 1);
    consumer.mayBegin = false;
    expect(a!.begin()).toBe(false);
    expect(a!.isCurrent()).toBe(true);
  });

  it('does not run a record again that was finished while the partition was lost', () => {
    const before = new Consumer();
    const [a, b] = before.read(0, 2);
    a!.begin();
    b!.begin();
    const lost = before.held.lose(1);
    a!.done();
    const after = new Consumer({ offset: 0, metadata: '' }, lost);
    expect(after.held.next).toBe(1);
    expect(offsets(after.read(0, 3))).toEqual([2]);
    b!.done();
    expect(after.commit()!.offset).toBe(2);
  });

  it('ties a record that still runs here to that run: done counts, and a failure starts it afresh', () => {
    const before = new Consumer();
    const [a, b] = before.read(0, 2);
    a!.begin();
    b!.begin();
    const after = new Consumer({ offset: 0, metadata: '' }, before.held.lose(1));
    expect(after.read(0, 2)).toEqual([]);
    expect(after.held.running).toBe(2);
    expect(a!.isCurrent()).toBe(false);
    a!.abandon();
    expect(offsets(after.handedOver)).toEqual([0]);
    expect(after.handedOver[0]!.isCurrent()).toBe(true);
    b!.done();
    expect(after.held.running).toBe(0);
    after.handedOver[0]!.done();
    expect(after.commit()!.offset).toBe(2);
  });

  it('keeps a running record runningFromBefore over two losses in a row', () => {
    const first = new Consumer();
    const [a] = first.read(0, 1);
    a!.begin();
    const second = new Consumer({ offset: 0, metadata: '' }, first.held.lose(1));
    second.read(0, 1);
    const third = new Consumer({ offset: 0, metadata: '' }, second.held.lose(1));
    expect(third.read(0, 1)).toEqual([]);
    a!.done();
    expect(third.commit()!.offset).toBe(1);
  });

  it('forgets a run that another process has finished meanwhile', () => {
    const before = new Consumer();
    const [a] = before.read(0, 1);
    a!.begin();
    const after = new Consumer({ offset: 1, metadata: '' }, before.held.lose(1));
    expect(after.held.running).toBe(0);
    a!.done();
    expect(after.commit()?.offset ?? 1).toBe(1);
  });

  it('hands an abandoned record over again while the partition is held', () => {
    const consumer = new Consumer();
    const [a] = consumer.read(0, 1);
    a!.begin();
    a!.noteAttempts(2);
    a!.abandon();
    expect(offsets(consumer.handedOver)).toEqual([0]);
    expect(consumer.handedOver[0]!.attemptsUsed).toBe(2);
    expect(consumer.commit()!.offset).toBe(0);
  });

  it('carries attempts of ordered records to the next holder', () => {
    const consumer = new Consumer();
    const [a] = consumer.read(0, 1);
    a!.begin();
    a!.noteAttempts(3);
    const next = new Consumer(consumer.commit());
    expect(next.read(0, 1)[0]!.attemptsUsed).toBe(3);
  });

  it('names the record that holds back the commit', () => {
    const consumer = new Consumer();
    const [, b] = consumer.read(0, 2);
    b!.done();
    expect(consumer.held.health()).toMatchObject({
      next: 2,
      outstanding: 1,
      running: 0,
      doneAboveWatermark: 1,
      headOfLine: { topic: 'jobs', partition: 0, offset: 0, since: 1 },
    });
  });

  it('counts the records that wait and those that run', () => {
    const consumer = new Consumer();
    const [a, b] = consumer.read(0, 3);
    expect(consumer.held.waiting).toBe(3);
    a!.begin();
    b!.done();
    expect([consumer.held.waiting, consumer.held.running]).toEqual([1, 1]);
    a!.done();
    a!.done();
    a!.abandon();
    expect([consumer.held.waiting, consumer.held.running]).toEqual([1, 0]);
  });

  describe('with what has begun', () => {
    const mapOf = (commit: Commit | null) => decodeOffsetMap(commit!.offset, commit!.metadata)!;

    it('tells it while it runs, and a job between two commits adds none', () => {
      const consumer = new Consumer();
      const [a, b] = consumer.read(0, 2);
      expect(mapOf(consumer.commit())).toMatchObject({ open: [], orderly: false });
      a!.begin();
      expect(mapOf(consumer.commit()).open).toEqual([{ offset: 0, deaths: undefined }]);
      b!.begin();
      b!.done();
      expect(mapOf(consumer.commit()).open).toEqual([{ offset: 0, deaths: undefined }]);
      a!.done();
      expect(mapOf(consumer.commit()).open).toEqual([]);
    });

    it('tells that the partition is given away, and takes it back where it is not', () => {
      const consumer = new Consumer();
      consumer.commit();
      consumer.isHandingOver = true;
      expect(mapOf(consumer.commit()).orderly).toBe(true);
      expect(consumer.commit()).toBeNull();
      consumer.isHandingOver = false;
      expect(mapOf(consumer.commit()).orderly).toBe(false);
    });

    it('suspects what another process had begun, and tells it on until it ends', () => {
      const before = new Consumer();
      before.read(0, 3)[1]!.begin();
      const { offset, metadata } = before.commit()!;
      const consumer = new Consumer({ offset, metadata: metadata.replace('.me.', '.other.') });
      const [a, b] = consumer.read(0, 2);
      expect([a!.suspicion, b!.suspicion]).toEqual([{ deaths: 0 }, { deaths: 0 }]);
      expect(mapOf(consumer.commit()).open).toEqual([{ offset: 1, deaths: 0 }]);
      b!.begin();
      b!.done();
      expect(mapOf(consumer.commit()).open).toEqual([]);
    });

    it('keeps the promise of a noted death once the commit with it has landed, or the partition is lost', async () => {
      const consumer = new Consumer();
      const [a] = consumer.read(0, 1);
      a!.begin();
      const kept: number[] = [];
      const note = (deaths: number) => a!.noteDeaths(deaths).then(() => kept.push(deaths));
      const first = note(1);
      const sent = consumer.held.nextCommit()!;
      await Promise.resolve();
      expect(kept).toEqual([]);
      sent.landed();
      await first;
      const second = note(2);
      consumer.held.lose(1);
      await second;
      expect(kept).toEqual([1, 2]);
      await note(3);
    });

    it('keeps the promise of a noted death at once where the log has deleted the record', async () => {
      const before = new Consumer();
      const [a] = before.read(0, 1);
      a!.begin();
      const consumer = new Consumer(null, before.held.lose(1));
      consumer.held.skipTo(5);
      expect(consumer.commit()!.offset).toBe(5);
      await a!.noteDeaths(1);
      expect(consumer.commit()).toBeNull();
    });
  });
});
