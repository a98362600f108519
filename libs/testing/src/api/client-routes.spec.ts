import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { JobstreamClient } from '@jobstream/client';
import { routeContracts, type Route } from '@jobstream/contracts/openapi';
import { ContractServer } from './contract-server.js';

type Calls = (client: JobstreamClient) => Promise<unknown>;

const id = '01a20495-2546-7ab4-9119-1338e5675ed4';
const group = '01a2049525467ab4';
const schedule = { every: '5m', job: { type: 'probe.run', payload: {} } };

async function takeAll(items: AsyncIterable<unknown>): Promise<void> {
  for await (const _ of items);
}

const endpointType = {
  endpoint: { url: 'https://billing.example.com/jobs' },
  queue: { name: 'invoices' },
  payload: { type: 'object' },
};

/** Calls that use a route. */
const calls: Readonly<Record<Route, Calls>> = {
  'POST /v1/jobs': (client) => client.submit('probe.run', {}, { delay: '10m' }),
  'POST /v1/jobs/batch': (client) => takeAll(client.submitItems([{ type: 'probe.run', payload: {} }])),
  'GET /v1/jobs': (client) =>
    client.listPage({
      state: 'running',
      since: new Date(0),
      at: new Date(0),
      payload: true,
      limit: 5,
      cursor: 'AA',
    }),
  'GET /v1/jobs/{id}': (client) => client.readAt(id, new Date(0)),
  'POST /v1/jobs/{id}/cancel': (client) => client.cancel(id),
  'GET /v1/jobs/{id}/explain': (client) => client.explain(id),
  'GET /v1/jobs/{id}/logs': (client) =>
    client.readLogPage(id, { run: 1, attempt: 2, after: '7.1', limit: 10 }),
  'GET /v1/jobs/{id}/history': (client) => client.readHistory(id),
  'GET /v1/jobs/{id}/runs': (client) => client.listRuns(id),
  'GET /v1/jobs/{id}/stream': (client) => takeAll(client.follow(id)),
  'GET /v1/error-groups': (client) =>
    client.errors.list({ queue: 'probe', muted: false, deadLetters: true, since: new Date(0) }),
  'GET /v1/error-groups/{id}': (client) => client.errors.read(group),
  'PATCH /v1/error-groups/{id}': (client) => client.errors.mark(group, { muted: new Date(0), note: 'x' }),
  'POST /v1/flows': (client) =>
    client.flows.submit({ jobs: [{ name: 'one', type: 'probe.run', payload: {} }] }),
  'GET /v1/flows': (client) => client.flows.list({ state: 'failed', limit: 5 }),
  'GET /v1/flows/{id}': (client) => client.flows.read(id),
  'POST /v1/flows/{id}/cancel': (client) => client.flows.cancel(id),
  'POST /v1/flows/{id}/replay': (client) => client.flows.replay(id),
  'GET /v1/counts': (client) => client.count({ at: new Date(0) }),
  'GET /v1/throughput': (client) => client.readThroughput({ since: new Date(0), step: '1h' }),
  'GET /v1/job-types': (client) => client.jobTypes.list(),
  'GET /v1/job-types/{type}': (client) => client.jobTypes.read('probe.run'),
  'PUT /v1/job-types/{type}': (client) => client.jobTypes.put('invoice.send', endpointType),
  'POST /v1/job-types/{type}/secret': (client) =>
    client.jobTypes.rotateSecret('invoice.send', { validFor: '1h' }),
  'DELETE /v1/job-types/{type}': (client) => client.jobTypes.delete('probe.run'),
  'GET /v1/queues': (client) => client.queues.list(),
  'GET /v1/topics': (client) => client.topics.list({ queue: 'probe', limit: 5 }),
  'GET /v1/topics/{topic}/records': (client) =>
    client.topics.readRecords('jobs.probe', { partition: 1, offset: 3, limit: 5 }),
  'GET /v1/workers': (client) => client.workers.list({ queue: 'probe' }),
  'GET /v1/live': (client) =>
    takeAll(client.queues.watch({ signal: AbortSignal.timeout(300) })).catch(() => undefined),
  'GET /v1/queues/{queue}': (client) => client.queues.read('probe'),
  'POST /v1/queues/{queue}/pause': (client) => client.queues.pause('probe'),
  'POST /v1/queues/{queue}/resume': (client) => client.queues.resume('probe'),
  'GET /v1/queues/{queue}/limits/usage': (client) => client.queues.readLimitsUsage('probe'),
  'PUT /v1/queues/{queue}/limits': (client) => client.queues.limit('probe', { rate: '50/s' }),
  'DELETE /v1/queues/{queue}/limits': (client) => client.queues.clearLimits('probe'),
  'POST /v1/replays': (client) => client.replays.create({ source: 'dead-letters', queue: 'probe', why: 'x' }),
  'GET /v1/replays': (client) => client.replays.list({ limit: 5, state: 'open' }),
  'GET /v1/replays/{id}': (client) => client.replays.read(id),
  'GET /v1/replays/{id}/jobs': (client) => client.replays.listJobs(id),
  'POST /v1/replays/{id}/cancel': (client) => client.replays.cancel(id),
  'POST /v1/actions': (client) => client.actions.create({ action: 'cancel', q: 'queue:probe', why: 'x' }),
  'GET /v1/actions': (client) => client.actions.list({ limit: 5 }),
  'GET /v1/actions/{id}': (client) => client.actions.read(id),
  'POST /v1/actions/{id}/cancel': (client) => client.actions.cancel(id),
  'POST /v1/jobs/{id}/replay': (client) => client.replay(id, { why: 'x' }),
  'GET /v1/queues/{queue}/dead-letters': (client) => client.listDeadLetters('probe'),
  'GET /v1/schedules': (client) => client.schedules.list(),
  'POST /v1/schedules/preview': (client) => client.schedules.preview({ every: '5m' }),
  'GET /v1/schedules/{name}': (client) => client.schedules.read('nightly'),
  'PUT /v1/schedules/{name}': (client) => client.schedules.put('nightly', schedule),
  'DELETE /v1/schedules/{name}': (client) => client.schedules.delete('nightly'),
  'POST /v1/schedules/{name}/fire': (client) => client.schedules.fire('nightly'),
  'POST /v1/webhooks': (client) => client.webhooks.create({ url: 'https://receiver.example/' }),
  'GET /v1/webhooks': (client) => client.webhooks.list(),
  'GET /v1/webhooks/{id}': (client) => client.webhooks.read(id),
  'PATCH /v1/webhooks/{id}': (client) => client.webhooks.patch(id, { types: null }),
  'DELETE /v1/webhooks/{id}': (client) => client.webhooks.delete(id),
  'POST /v1/webhooks/{id}/pause': (client) => client.webhooks.pause(id),
  'POST /v1/webhooks/{id}/resume': (client) => client.webhooks.resume(id),
  'POST /v1/webhooks/{id}/ping': (client) => client.webhooks.ping(id),
  'POST /v1/webhooks/{id}/secret': (client) => client.webhooks.rotate(id, { validFor: '1h' }),
  'GET /v1/webhooks/{id}/deliveries': (client) =>
    client.webhooks.listDeliveries('notify', { state: 'retrying' }),
  'GET /v1/rebuilds': (client) => client.rebuilds.list(),
  'POST /v1/rebuilds': (client) => client.rebuilds.start({ why: 'x' }),
  'GET /v1/rebuilds/{id}': (client) => client.rebuilds.read(id),
  'POST /v1/rebuilds/{id}/cancel': (client) => client.rebuilds.cancel(id),
  'POST /v1/rebuilds/{id}/swap': (client) => client.rebuilds.swap(id),
  'DELETE /v1/rebuilds/{id}/kept': (client) => client.rebuilds.dropKept(id),
  'PUT /images/{image_id}': (client) => client.files.uploadImage('cat', Buffer.from('bytes')),
  'GET /images/{image_id}/thumbnail': (client) => client.files.downloadThumbnail('cat'),
  'GET /reports/{task_id}': (client) => client.files.downloadReport(id),
  'GET /dev/mail': (client) => client.files.listCaughtMails(),
  'GET /v1/api-keys': (client) => client.access.listKeys(),
  'POST /v1/api-keys': (client) => client.access.createKey({ name: 'web', scopes: ['read'] }),
  'DELETE /v1/api-keys/{id}': (client) => client.access.revokeKey(id),
  'GET /v1/me': (client) => client.access.readCaller(),
  'POST /v1/session': (client) => client.access.signIn('jsk_x'),
  'DELETE /v1/session': (client) => client.access.signOut(),
  'GET /v1/audit': (client) => client.access.listAudit({ keyId: id }),
  'GET /health/ready': (client) => client.readHealth(),
};

/** Why a program does without a method for a route. */
const withoutCall: Readonly<Record<Route, string>> = {
  'POST /images/{image_id}/process': 'submit image.thumbnail does it',
  'POST /images/{image_id}/text': 'submit inference.ocr does it',
  'POST /reports': 'submit report.generate does it',
  'POST /signup': 'a form of the demonstration',
  'GET /tasks/{task_id}': 'read() in the words of Celery',
  'GET /health/live': 'any answer says it',
  'GET /metrics': 'Prometheus reads them',
  'GET /openapi.json': 'generators of clients read it',
  'GET /asyncapi.json': 'programs without this client read it',
  'GET /docs': 'a page',
  'GET /docs/{asset}': 'a part of a page',
  'GET /console': 'a page',
  'GET /console/{page}': 'a page',
  'GET /console/{page}/{item}': 'a page',
  'GET /console/assets/{asset}': 'a part of a page',
};

describe('the client', () => {
  let server: ContractServer;
  beforeAll(async () => {
    server = await ContractServer.start();
  });
  afterAll(() => server?.stop());

  it('has a call for each route, or a reason for doing without', () => {
    const routes = routeContracts([]).map(({ route }) => route);
    expect([...Object.keys(calls), ...Object.keys(withoutCall)].toSorted()).toEqual(routes.toSorted());
  });

  it.each(Object.entries(calls))('asks %s as its contract says', async (route, call) => {
    server.requests.length = 0;
    await call(new JobstreamClient({ url: server.url, retries: false }));
    expect(server.requests).toContainEqual({ route, faults: [] });
    expect(server.requests.flatMap(({ faults }) => faults)).toEqual([]);
  });
});
