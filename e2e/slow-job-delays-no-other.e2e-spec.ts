import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { eventually, Platform, writeRecords } from '@jobstream/testing';

/** Twice the session timeout. For a minute, as documented: SLOW_JOB_SECONDS=60. */
const slowMs = Number(process.env.SLOW_JOB_SECONDS ?? 12) * 1_000;

const probe = (sleepMs: number): JobRecord => ({
  run: 1,
  attempt: 1,
  phase: 'queued',
  createdAt: Date.now(),
  value: {
    v: 1,
    id: newJobId(),
    type: 'probe.run',
    queue: 'probe',
    payload: { sleepMs },
    priority: 'normal',
    maxAttempts: 1,
  },
});

describe('a slow job delays no other', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: { CONCURRENCY: '5' },
    });
  });
  afterAll(() => platform?.stop());

  it('not even of its own partition; being longer than the session timeout, it causes no rebalance', async () => {
    const consumer = async () => {
      const response = await fetch(`${platform.one('probe-worker').url}/health/ready`);
      const body = (await response.json()) as { checks: { consumer: { detail: { joins: number } } } };
      return body.checks.consumer.detail;
    };
    const slow = probe(slowMs);
    const quick = Array.from({ length: 300 }, () => probe(5));
    const topic = platform.topics.requests('probe');
    const key = 'one-partition';
    await writeRecords([slow, ...quick].map((record) => ({ ...encodeRecord(record), topic, key })));
    const ends: number[] = [];
    for (const { value } of quick) {
      const job = await eventually(() => platform.api.finished(value.id));
      expect(job).toMatchObject({ state: 'succeeded' });
      ends.push(Date.parse(job.finishedAt as string));
    }
    // Not sooner: a topic that came up while the worker started is joined for within seconds.
    const joinsBefore = (await consumer()).joins;
    const slowJob = await platform.api.finished(slow.value.id, { timeoutMs: slowMs + 20_000 });
    expect(slowJob).toMatchObject({ state: 'succeeded', deliveries: 1 });
    expect((await consumer()).joins).toBe(joinsBefore);
    // Of one worker, so by one clock. All are behind the slow one in their partition.
    const quickMs = Math.max(...ends) - Date.parse(slowJob.startedAt as string);
    console.log(
      `300 quick jobs behind a ${slowMs} ms one, in one partition: all ended ${quickMs} ms after its start`,
    );
    expect(quickMs).toBeLessThan(slowMs / 2);
  });
});
