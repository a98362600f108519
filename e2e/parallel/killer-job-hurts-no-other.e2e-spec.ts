import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { newJobId, type PayloadInputOf } from '@jobstream/contracts';
import { decodeRecord, encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import type { probeRun } from '@jobstream/jobs';
import { partitionOf } from '@jobstream/kafka';
import { eventually, Platform, readTopics, writeRecords, type ServiceProcess } from '@jobstream/testing';

const concurrency = 50;
const quickJobs = 300;
const requestPartitions = 6;
const lastWords = 'The probe exits as asked.';

describe('a killer job hurts no other', () => {
  let platform: Platform;
  let deaths: { code: number | null; signal: NodeJS.Signals | null }[];
  let isOver: boolean;

  beforeEach(async () => {
    platform = await Platform.start({
      services: { 'probe-worker': 3 },
      environment: { CONCURRENCY: String(concurrency) },
      publishesTypes: false,
    });
    isOver = false;
    deaths = [];
    for (const worker of platform.all('probe-worker')) void supervise(worker);
  });
  afterEach(async () => {
    isOver = true;
    await platform?.stop();
  });

  /** Starts a worker again whenever it dies. */
  async function supervise(first: ServiceProcess): Promise<void> {
    for (let worker = first; ; worker = await platform.launchUnready('probe-worker', {})) {
      const end = await worker.ended;
      if (isOver) return;
      deaths.push(end);
    }
  }

  async function submit(jobs: { id: string; payload: PayloadInputOf<typeof probeRun> }[]): Promise<void> {
    const at = Date.now();
    await writeRecords(
      jobs.map(({ id, payload }) => ({
        topic: platform.topics.requests('probe'),
        ...encodeRecord({
          run: 1,
          attempt: 1,
          createdAt: at,
          phase: 'queued',
          value: {
            v: 1,
            id,
            type: 'probe.run',
            queue: 'probe',
            payload,
            priority: 'normal',
            maxAttempts: 4,
          },
        }),
      })),
    );
  }

  /** The final record of each job, once all have one. */
  function finals(count: number): Promise<Map<string, JobRecord>> {
    const read = async () => {
      const records = await readTopics([platform.topics.events, platform.topics.deadLetters('probe')]);
      const ended = records.flatMap(({ value, headers }) => {
        const job = decodeRecord(value, headers);
        return !('fault' in job) && (job.phase === 'succeeded' || job.phase === 'dead_lettered') ? [job] : [];
      });
      const byId = new Map(ended.map((job) => [job.value.id, job]));
      if (byId.size < count) throw new Error(`${count - byId.size} of ${count} jobs are not final`);
      return byId;
    };
    return eventually(read, { timeoutMs: 90_000, everyMs: 500 });
  }

  /** How often each job was started, by the logs of all workers, dead ones too. */
  function startsById(): Map<string, number> {
    const starts = new Map<string, number>();
    for (const { log } of platform.processes)
      for (const { msg, job } of log)
        if (msg === 'attempt started') starts.set(job as string, (starts.get(job as string) ?? 0) + 1);
    return starts;
  }

  it.each([
    ['one that ends it by SIGKILL, among jobs of all partitions', 1, 'crash', undefined],
    ['three that end it by an exit code, all in one partition', 3, 'exit', 0],
  ] as const)('%s', async (_, killerCount, failWith, partition) => {
    const startedAt = performance.now();
    const idIn = (): string => {
      for (;;) {
        const id = newJobId(Date.now());
        if (partition === undefined || partitionOf(id, requestPartitions) === partition) return id;
      }
    };
    const killers = Array.from({ length: killerCount }, () => ({
      id: idIn(),
      payload: { sleepMs: 30, failWith, failTimes: 1_000 },
    }));
    const quick = Array.from({ length: quickJobs }, (_, n) => ({
      id: idIn(),
      payload: { sleepMs: n % 5 === 0 ? 200 : 30 },
    }));
    const jobs = quick.toSpliced(20, 0, killers[0]!).toSpliced(100, 0, ...killers.slice(1));
    await submit(jobs);
    const ends = await finals(jobs.length);

    const end = failWith === 'crash' ? { code: null, signal: 'SIGKILL' } : { code: 3, signal: null };
    expect(deaths.length).toBeGreaterThan(0);
    for (const death of deaths) expect(death).toEqual(end);
    for (const { id } of killers) {
      expect(ends.get(id)).toMatchObject({
        phase: 'dead_lettered',
        attempt: 1,
        value: { reason: 'crashed', error: { code: 'crashed' }, attempts: 1 },
      });
      const { message } = (ends.get(id)!.value as { error: { message: string } }).error;
      expect(message).toContain(failWith === 'crash' ? 'SIGKILL' : 'exit code 3');
      if (failWith === 'exit') expect(message).toContain(lastWords);
    }
    const starts = startsById();
    for (const { id } of quick) {
      expect(ends.get(id)).toMatchObject({ phase: 'succeeded', attempt: 1 });
      expect(starts.get(id)).toBeLessThanOrEqual(2);
    }
    const again = quick.filter(({ id }) => starts.get(id) === 2).length;
    expect(again).toBeGreaterThan(0);
    const killerStarts = killers.map(({ id }) => starts.get(id)).join(', ');
    console.log(
      `${deaths.length} workers died; ${again} of ${quickJobs} quick jobs started twice; ` +
        `killers started ${killerStarts} times; all over after ${Math.round(performance.now() - startedAt)} ms`,
    );
  });
});
