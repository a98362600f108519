import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, OwnStack, Platform } from '@jobstream/testing';

describe('a broker that is down at submit never makes a false 202', () => {
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

  it('answers 503 with Retry-After (504 if the record may have gone out), is not ready, and recovers by itself', async () => {
    const before = await platform.api.submitted('probe.run', {});
    await platform.api.finished(before);

    const broker = stack.kafka.brokers[0]!;
    broker.process.signal('SIGKILL');
    expect(await broker.process.exited).toMatchObject({ signal: 'SIGKILL' });
    // The first answer may come from a connection that broke with the record under way: then it is unknown, and says so.
    const first = await platform.api.submit('probe.run', { note: 'first' });
    expect([503, 504]).toContain(first.status);
    const refused = await platform.api.submit('probe.run', { note: 'refused' });
    expect(refused).toMatchObject({ status: 503, body: { code: 'broker_unavailable' } });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(0);
    const batch = await platform.api.post('/v1/jobs/batch', { items: [{ type: 'probe.run', payload: {} }] });
    expect(batch.status).toBe(503);
    expect((await platform.api.get('/health/live')).status).toBe(200);
    await eventually(async () => expect((await platform.api.get('/health/ready')).status).toBe(503));

    await broker.start();
    await stack.kafka.ready();
    const key = randomUUID();
    const accepted = await eventually(async () => {
      const answer = await platform.api.submit('probe.run', {}, { 'idempotency-key': key });
      expect(answer.status).toBe(202);
      return answer;
    });
    expect(await platform.api.finished(accepted.body.id as string)).toMatchObject({ state: 'succeeded' });
    expect((await platform.api.get('/health/ready')).status).toBe(200);
  });
});
