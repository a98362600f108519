import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { HealthRegistry, instanceHeader, type Health } from './health.js';
import { createMetrics } from './metrics.js';
import { startOpsServer, type OpsServer } from './ops-server.js';

describe('the ops server', () => {
  let kafka: Health;
  let server: OpsServer;

  beforeEach(async () => {
    kafka = { ok: true };
    const health = new HealthRegistry('the-one-started');
    health.add('kafka', () => kafka);
    server = await startOpsServer({ host: '127.0.0.1', port: 0, health, metrics: createMetrics('spec') });
  });
  afterEach(() => server.close());

  const get = (path: string) => fetch(`http://127.0.0.1:${server.port}${path}`);

  it('stays live while it is not ready', async () => {
    kafka = { ok: false, why: 'no broker' };
    expect((await get('/health/live')).status).toBe(200);
    const ready = await get('/health/ready');
    expect(ready.status).toBe(503);
    expect(await ready.json()).toMatchObject({ ready: false, checks: { kafka: { why: 'no broker' } } });
  });

  it('is ready when its checks are ok', async () => {
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.headers.get(instanceHeader)).toBe('the-one-started');
  });

  it('shows metrics with the service as a label', async () => {
    expect(await (await get('/metrics')).text()).toMatch(/process_cpu_seconds_total\{service="spec"\}/);
  });

  it('says what it has where it has nothing', async () => {
    expect((await get('/')).status).toBe(404);
  });
});
