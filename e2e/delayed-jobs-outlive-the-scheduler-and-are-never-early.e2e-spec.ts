import { setTimeout as until } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { decodeRecord } from '@jobstream/contracts/records';
import { eventually, Platform, readTopics, StallWatch } from '@jobstream/testing';
import { AttemptLedger } from './attempt-ledger.js';

const count = 1_000;
/** 200 jobs a second are due. */
const apartMs = 5;

describe('delayed jobs', () => {
  let platform: Platform;
  let watch: StallWatch;
  beforeAll(async () => {
    watch = await StallWatch.start();
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1 },
      environment: { CONCURRENCY: '200' },
    });
    // The scheduler reads its topics once this one is through: then jobs are held long before they are due.
    const { body } = await platform.api.post('/v1/jobs', { type: 'probe.run', payload: {}, delay: '1s' });
    await platform.api.finished(body.id as string);
  });
  afterAll(async () => {
    await platform?.stop();
    await watch.stop();
  });

  /** Submits them for times from `firstAt` on; answers when each is due, by id. */
  async function submit(firstAt: number): Promise<Map<string, number>> {
    const dueAt = Array.from({ length: count }, (_, index) => firstAt + index * apartMs);
    const items = dueAt.map((at) => ({
      type: 'probe.run',
      payload: {},
      runAt: new Date(at).toISOString(),
    }));
    const { status, body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', {
      items,
    });
    expect(status).toBe(202);
    return new Map(body.items.map(({ id }, index) => [id, dueAt[index]!]));
  }

  /** How late the request of each job was in its queue, once all are there; and without the time that nothing could run. */
  async function lateness(due: ReadonlyMap<string, number>): Promise<{ late: number[]; ownLate: number[] }> {
    const sentAt = new Map<string, number>();
    await eventually(
      async () => {
        for (const { value, headers, timestamp } of await readTopics([platform.topics.requests('probe')])) {
          const record = decodeRecord(value, headers);
          if ('fault' in record) throw new Error(record.detail);
          const { id } = record.value;
          if (due.has(id) && !sentAt.has(id)) sentAt.set(id, timestamp);
        }
        expect(sentAt.size).toBe(due.size);
      },
      { everyMs: 500 },
    );
    const spans = [...due].map(([id, dueAt]) => [dueAt, sentAt.get(id)!] as const);
    const sort = (times: number[]) => times.sort((a, b) => a - b);
    return {
      late: sort(spans.map(([dueAt, at]) => at - dueAt)),
      ownLate: sort(spans.map(([dueAt, at]) => at - dueAt - watch.stalledWithin(dueAt, at))),
    };
  }

  const at = (sorted: number[], share: number) => sorted[Math.ceil(sorted.length * share) - 1]!;
  const describeLateness = (sorted: number[]) =>
    `earliest ${sorted[0]} ms, p50 ${at(sorted, 0.5)} ms, p99 ${at(sorted, 0.99)} ms, latest ${sorted.at(-1)} ms after they were due`;

  it('are in their queue within a second at 200 a second, none early', async () => {
    const { late, ownLate } = await lateness(await submit(Date.now() + 5_000));
    console.log(`${count} delayed jobs, 200 due a second: ${describeLateness(late)}`);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    expect(at(ownLate, 0.99)).toBeLessThan(1_000);
  });

  it('are all there after the scheduler was killed while they came due, none early, none run twice', async () => {
    const firstAt = Date.now() + 5_000;
    const due = await submit(firstAt);
    await until(firstAt + 1_500 - Date.now());
    await platform.crash(platform.one('scheduler'));
    const { late } = await lateness(due);
    console.log(`${count} delayed jobs, their scheduler killed and restarted: ${describeLateness(late)}`);
    expect(late[0]).toBeGreaterThanOrEqual(0);
    const jobs = await Promise.all([...due.keys()].map((id) => platform.api.finished(id)));
    expect(jobs.filter(({ state }) => state !== 'succeeded')).toEqual([]);
    const early = jobs.filter(({ id, startedAt }) => Date.parse(startedAt as string) < due.get(id)!);
    expect(early).toEqual([]);
    expect(new AttemptLedger(platform).rerun().size).toBe(0);
  });

  it('wait in the log while no scheduler runs, and in rows while one restarts', async () => {
    await platform.one('scheduler').stop();
    const due = await submit(Date.now() + 1_000);
    await platform.launch('scheduler');
    const { late } = await lateness(due);
    console.log(`${count} delayed jobs submitted while no scheduler ran: ${describeLateness(late)}`);
    expect(late[0]).toBeGreaterThanOrEqual(0);
  });
});
