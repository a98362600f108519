import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId, Topics, type PayloadOf } from '@jobstream/contracts';
import { decodeRecord, encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import type { probeRun } from '@jobstream/jobs';
import {
  eventually,
  leftBehind,
  randomNamespace,
  readTopics,
  ServiceProcess,
  stackAddress,
  writeRecords,
} from '@jobstream/testing';

const namespace = randomNamespace();
const topics = new Topics(namespace);
const environment = {
  KAFKA_BROKERS: stackAddress('KAFKA_BROKERS'),
  DATABASE_URL: stackAddress('DATABASE_URL'),
  JOBSTREAM_NAMESPACE: namespace,
  JOBSTREAM_TOPIC_SIZE: 'small',
  LOG_LEVEL: 'debug',
  CONCURRENCY: '20',
};
const launch = () => ServiceProcess.start('probe-worker', environment);

async function submit(payloads: Partial<PayloadOf<typeof probeRun>>[]): Promise<string[]> {
  const values = payloads.map((payload) => ({
    v: 1 as const,
    id: newJobId(),
    type: 'probe.run',
    queue: 'probe',
    payload,
    priority: 'normal' as const,
    maxAttempts: 4,
  }));
  await writeRecords(
    values.map((value) => ({
      topic: topics.requests('probe'),
      ...encodeRecord({ run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', value }),
    })),
  );
  return values.map(({ id }) => id);
}

/** The jobs' final records, once each has one. */
function finals(ids: readonly string[]): Promise<Map<string, JobRecord[]>> {
  return eventually(async () => {
    const records = await readTopics([topics.events, topics.deadLetters('probe')]);
    const byJob = new Map<string, JobRecord[]>(ids.map((id) => [id, []]));
    for (const { value, headers } of records) {
      const job = decodeRecord(value, headers);
      if ('fault' in job || (job.phase !== 'succeeded' && job.phase !== 'dead_lettered')) continue;
      byJob.get(job.value.id)?.push(job);
    }
    const open = ids.filter((id) => byJob.get(id)!.length === 0);
    if (open.length > 0) throw new Error(`${open.length} jobs are not final: ${open.slice(0, 3).join(', ')}`);
    return byJob;
  });
}

const startsOf = (worker: ServiceProcess) =>
  worker.log.filter(({ msg }) => msg === 'attempt started').map(({ job }) => job as string);
/** The jobs whose attempts had ended when the last commit that landed was sent. */
function committedEnds({ log }: ServiceProcess): string[] {
  const landed = log.findLastIndex(({ msg }) => msg === 'commit landed');
  const sent = log.slice(0, landed + 1).findLastIndex(({ msg }) => msg === 'commit sent');
  const committed = log.slice(0, sent + 1).filter(({ msg }) => msg === 'attempt ended');
  return committed.map(({ job }) => job as string);
}

describe('the probe worker', () => {
  let worker: ServiceProcess;
  beforeAll(async () => {
    worker = await launch();
  });
  afterAll(async () => {
    await worker.stop();
    expect(leftBehind()).toEqual([]);
  });

  it('does what the payload says and reports exactly that', async () => {
    const ids = await submit([
      { note: 'all', sleepMs: 150, cpuMs: 120, outputBytes: 10 },
      { failTimes: 1, failWith: 'retryable' },
      { failTimes: 1, failWith: 'non-retryable' },
      { outputBytes: 300_000 },
    ]);
    const byJob = await finals(ids);
    const values = ids.map((id) => byJob.get(id)![0]!.value as Record<string, unknown>);
    const [all, retried, refused, tooLarge] = values;
    expect(all).toMatchObject({ result: { attempt: 1, note: 'all', output: 'x'.repeat(10) } });
    const { sleptMs, cpuMs } = all!.result as { sleptMs: number; cpuMs: number };
    expect(sleptMs).toBeGreaterThanOrEqual(149);
    expect(cpuMs).toBeGreaterThanOrEqual(120);
    expect(retried).toMatchObject({ result: { attempt: 2 } });
    expect(refused).toMatchObject({ reason: 'non_retryable', error: { code: 'probe_failed' } });
    expect(tooLarge).toMatchObject({ error: { code: 'result_too_large' } });
  });

  it('serves health and metrics', async () => {
    const text = async (path: string) => (await fetch(`${worker.url}${path}`)).text();
    expect(JSON.parse(await text('/health/ready'))).toMatchObject({
      ready: true,
      checks: { consumer: { ok: true }, outcomes: { ok: true }, topics: { ok: true } },
    });
    const metrics = await text('/metrics');
    expect(metrics).toMatch(/jobstream_attempts_total\{type="probe.run",outcome="succeeded".*\} [1-9]/);
    expect(metrics).toMatch(/jobstream_slots\{.*\} 20/);
  });

  it('keeps its event loop free while a job burns a processor', async () => {
    const [burning] = await submit([{ cpuMs: 2_000 }]);
    await worker.logged(({ msg, job }) => msg === 'attempt started' && job === burning);
    await fetch(`${worker.url}/health/live`);
    const answeredAt = Date.now();
    const { time } = await worker.logged(({ msg, job }) => msg === 'attempt ended' && job === burning);
    expect(answeredAt).toBeLessThan(Date.parse(time));
  });

  it('loses nothing when it is killed, and runs no more again than was in flight', async () => {
    const ids = await submit(Array.from({ length: 1_500 }, (_, n) => ({ sleepMs: 20 + (n % 40) })));
    await eventually(() => {
      if (startsOf(worker).filter((id) => ids.includes(id)).length < 600)
        throw new Error('not under way yet');
    });
    await worker.crash();
    const before = startsOf(worker).filter((id) => ids.includes(id));
    const inFlight = before.length - committedEnds(worker).filter((id) => ids.includes(id)).length;
    worker = await launch();
    await finals(ids);
    const again = startsOf(worker).filter((id) => before.includes(id));
    console.log(`killed after ${before.length} starts: ${again.length} again, at most ${inFlight}`);
    expect(before.length).toBeLessThan(ids.length);
    expect(inFlight).toBeLessThan(before.length);
    expect(new Set(again).size).toBe(again.length);
    expect(again.length).toBeLessThanOrEqual(inFlight);
  });

  it('crashes as often as asked: with the worker once, then in processes of its own', async () => {
    const [id] = await submit([{ failTimes: 3, failWith: 'crash' }]);
    expect(await worker.ended).toEqual({ code: null, signal: 'SIGKILL' });
    worker = await ServiceProcess.launch('probe-worker', environment);
    expect((await finals([id!])).get(id!)).toMatchObject([{ phase: 'succeeded', attempt: 1 }]);
    expect(worker.log.filter(({ msg }) => msg === 'handler process or thread died of its job')).toHaveLength(
      2,
    );
    await worker.ready();
  });

  it('finishes what runs on SIGTERM and exits with 0; the next worker runs only the rest', async () => {
    const ids = await submit(Array.from({ length: 200 }, () => ({ sleepMs: 200 })));
    await eventually(() => {
      if (startsOf(worker).filter((id) => ids.includes(id)).length < 20) throw new Error('not under way yet');
    });
    expect(await worker.stop()).toBe(0);
    const before = startsOf(worker).filter((id) => ids.includes(id));
    expect(before.length).toBeLessThan(ids.length);
    worker = await launch();
    await finals(ids);
    const after = startsOf(worker).filter((id) => ids.includes(id));
    expect([...before, ...after].sort()).toEqual([...ids].sort());
  });
});
