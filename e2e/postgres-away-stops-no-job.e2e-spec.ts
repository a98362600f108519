import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, OwnStack, Platform } from '@jobstream/testing';
import { AttemptLedger } from './attempt-ledger.js';

const awayMs = 20_000;

describe('Postgres away stops no job', () => {
  let stack: OwnStack;
  let platform: Platform;
  beforeAll(async () => {
    stack = await OwnStack.start({ postgres: true });
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: stack.environment,
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await stack?.stop();
  });

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
    await delay(awayMs);
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

    for (const id of ids) {
      const job = await eventually(() => platform.api.finished(id), { timeoutMs: 60_000 });
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
