import { request, type IncomingMessage } from 'node:http';
import { networkInterfaces } from 'node:os';
import { text } from 'node:stream/consumers';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { problemSchema } from '@jobstream/contracts/rest';
import { HealthRegistry, instanceHeader, type Health } from './health.js';
import { createMetrics } from './metrics.js';
import { startOpsServer, type OpsServer } from './ops-server.js';
import { commonSettings, readSettings } from './settings.js';

const settings = readSettings(commonSettings, {});

describe('the ops server', () => {
  let kafka: Health;
  let server: OpsServer;

  beforeEach(async () => {
    kafka = { ok: true };
    const health = new HealthRegistry('the-one-started');
    health.add('kafka', () => kafka);
    server = await startOpsServer({ settings, health, metrics: createMetrics('spec') });
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

  const outside = Object.values(networkInterfaces())
    .flatMap((addresses) => addresses ?? [])
    .find(({ family, internal }) => family === 'IPv4' && !internal);

  (outside ? it : it.skip)('tells who comes from elsewhere which parts are up, and no more', async () => {
    await server.close();
    const health = new HealthRegistry();
    health.add('kafka', () => ({ ok: false, why: 'no broker at kafka.internal' }));
    const metrics = createMetrics('spec');
    server = await startOpsServer({ settings: { ...settings, HOST: '0.0.0.0' }, health, metrics });
    const ready = await fetch(`http://${outside!.address}:${server.port}/health/ready`);
    expect(await ready.json()).toEqual({ ready: false, draining: false, checks: { kafka: { ok: false } } });
    expect(await (await get('/health/ready')).json()).toMatchObject({
      checks: { kafka: { why: 'no broker at kafka.internal' } },
    });
  });

  it('is ready when its checks are ok', async () => {
    const ready = await get('/health/ready');
    expect(ready.status).toBe(200);
    expect(ready.headers.get(instanceHeader)).toBe('the-one-started');
  });

  it('shows metrics with the service as a label', async () => {
    expect(await (await get('/metrics')).text()).toMatch(/process_cpu_seconds_total\{service="spec"\}/);
  });

  it('names its paths when a path does not exist', async () => {
    const answer = await get('/');
    expect(answer.status).toBe(404);
    expect(await answer.json()).toMatchObject({
      code: 'route_not_found',
      detail: 'Here are /health/live, /health/ready, /metrics.',
    });
  });

  it('refuses methods other than GET and HEAD', async () => {
    const answer = await fetch(`http://127.0.0.1:${server.port}/metrics`, { method: 'POST', body: 'x' });
    expect([answer.status, answer.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  });

  it.each(['/health/live', '/health/ready', '/metrics', '/'])(
    'shows nothing of %s under a name that another site can have',
    async (path) => {
      const { status, headers, body } = await askAs('evil.example', path);
      expect([status, headers['x-content-type-options']]).toEqual([421, 'nosniff']);
      expect(problemSchema.parse(JSON.parse(body)).code).toBe('host_not_allowed');
      expect((await askAs('localhost', path)).status).not.toBe(421);
    },
  );

  /** Not by fetch, which lets nobody name the host. */
  async function askAs(host: string, path: string) {
    const response = await new Promise<IncomingMessage>((resolve, reject) => {
      request({ host: '127.0.0.1', port: server.port, path, headers: { host } }, resolve)
        .on('error', reject)
        .end();
    });
    return { status: response.statusCode, headers: response.headers, body: await text(response) };
  }
});
