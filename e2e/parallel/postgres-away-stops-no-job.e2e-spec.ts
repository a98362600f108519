import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import { eventually, OwnStack, Platform, writeRecords } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';

const awayMs = 20_000;

describe('Postgres away stops no job', () => {
  let stack: OwnStack;
  let platform: Platform;
  beforeAll(async () => {
    stack = await OwnStack.start({ postgres: true });
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: { ...stack.environment, CONCURRENCY: '10' },
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await stack?.stop();
  });

  /** Jobs that run under a claim, more than the worker has slots. */
  const writeClaimed = async (): Promise<string[]> => {
    const ids = Array.from({ length: 50 }, () => newJobId());
    const head = { run: 1, attempt: 1, createdAt: Date.now(), phase: 'queued', claimed: true } as const;
    const job = {
      v: 1,
      type: 'probe.run',
      queue: 'probe',
      payload: {},
      priority: 'normal',
      maxAttempts: 4,
    } as const;
    const topic = platform.topics.requests('probe');
    const records = ids.map((id) => ({ topic, ...encodeRecord({ ...head, value: { ...job, id } }) }));
    await writeRecords(records, stack.environment.KAFKA_BROKERS);
    return ids;
  };
  const claims = async () => {
    const answer = await fetch(`${platform.one('probe-worker').url}/health/ready`);
    const { ready, checks } = (await answer.json()) as { ready: boolean; checks: Record<string, unknown> };
    return { ready, claims: checks.claims };
  };

  it('for 20 s under load: jobs are accepted and run meanwhile, status catches up, nothing is lost', async () => {
    const ledger = new AttemptLedger(platform);
    const ids: string[] = [];
    let away = false;
    let acceptedAway = 0;
    let done = false;
    const load = async () => {
      while (!done) {
        ids.push(await platform.api.submitted('probe.run', {}));
        if (away) acceptedAway++;
        await delay(20);
      }
    };
    const loading = Promise.all([load(), load()]);
    await eventually(() => expect(ids.length).toBeGreaterThan(50));

    const { process: postgres } = stack.postgres!;
    postgres.signal('SIGKILL');
    expect(await postgres.exited).toMatchObject({ signal: 'SIGKILL' });
    away = true;
    const endedBefore = ledger.ended();
    const claimed = await writeClaimed();
    await delay(awayMs);
    expect(await claims()).toMatchObject({
      ready: true,
      claims: { detail: { watched: 50, away: expect.any(String) } },
    });
    expect(claimed.filter((id) => ledger.spans().has(id))).toEqual([]);
    const endedAway = ledger.ended() - endedBefore;
    const status = await platform.api.get(`/v1/jobs/${ids[0]!}`);
    expect(status).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    const keyed = await platform.api.submit('probe.run', {}, { 'idempotency-key': 'while-away' });
    expect(keyed.status).toBe(503);
    away = false;
    await stack.postgres!.start();
    const backAt = performance.now();
    done = true;
    await loading;

    ids.push(...claimed);
    for (const id of ids) {
      const job = await eventually(() => platform.api.finished(id));
      expect(job.state).toBe('succeeded');
    }
    console.log(
      `away ${awayMs} ms: ${acceptedAway} accepted and ${endedAway} run meanwhile; all ${ids.length} final ` +
        `${Math.round(performance.now() - backAt)} ms after its return`,
    );
    expect(acceptedAway).toBeGreaterThan(100);
    expect(endedAway).toBeGreaterThan(100);
  });
});
