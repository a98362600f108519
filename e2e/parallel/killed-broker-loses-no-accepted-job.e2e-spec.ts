import { setTimeout as until } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, OwnStack, Platform } from '@jobstream/testing';
import { AttemptLedger } from '../attempt-ledger.js';

describe('the only broker, killed and started again under load', () => {
  let stack: OwnStack;
  let platform: Platform;
  beforeAll(async () => {
    stack = await OwnStack.start();
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'probe-worker': 1 },
      environment: stack.environment,
    });
  });
  afterAll(async () => {
    await platform?.stop();
    await stack?.stop();
  });

  it('loses no accepted job, and the services recover without a restart', async () => {
    const ledger = new AttemptLedger(platform);
    const accepted: string[] = [];
    const refused = { 503: 0, 504: 0 };
    let over = false;
    const load = async () => {
      while (!over) {
        const { status, body } = await platform.api.submit('probe.run', { sleepMs: 20 });
        if (status === 202) accepted.push(body.id as string);
        else refused[status as 503 | 504]++;
        await until(10);
      }
    };
    const loading = Promise.all(Array.from({ length: 4 }, load));
    await eventually(() => expect(accepted.length).toBeGreaterThan(100));
    await eventually(() => expect(ledger.running(platform.one('probe-worker'))).toBeGreaterThan(0));

    const broker = stack.kafka.brokers[0]!;
    broker.process.signal('SIGKILL');
    expect(await broker.process.exited).toMatchObject({ signal: 'SIGKILL' });
    const killedAt = performance.now();
    // A submit is refused once its record was not acknowledged for as long as the producer tries.
    await eventually(() => expect(refused[503] + refused[504]).toBeGreaterThan(0));
    const acceptedBefore = accepted.length;
    await broker.start();
    await stack.kafka.ready();
    const backAt = performance.now();
    const awayMs = Math.round(backAt - killedAt);
    await eventually(() => expect(accepted.length).toBeGreaterThan(acceptedBefore + 100));
    const recoveredMs = Math.round(performance.now() - backAt);
    over = true;
    await loading;

    for (const id of accepted) {
      const job = await platform.api.finished(id);
      expect(job.state).toBe('succeeded');
    }
    console.log(
      `away ${awayMs} ms: ${accepted.length} accepted, all succeeded; refused ${refused[503]} (503) and ` +
        `${refused[504]} (504); 100 more accepted ${recoveredMs} ms after its return; ${ledger.rerun().size} rerun`,
    );
    expect(platform.processes.every(({ alive }) => alive)).toBe(true);
  });
});
