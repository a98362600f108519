import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifySignature } from '@jobstream/client';
import { newJobId } from '@jobstream/contracts';
import { encodeRecord } from '@jobstream/contracts/records';
import {
  createdWebhookSchema,
  deliveryPageSchema,
  pingedWebhookSchema,
  webhookListSchema,
  webhookViewSchema,
  type CreatedWebhook,
  type Problem,
  type WebhookEvent,
  type WebhookEventJob,
} from '@jobstream/contracts/rest';
import { ApiClient, eventually, freePort, Platform, writeRecords } from '@jobstream/testing';

/** A request as the receiver got it. */
interface Received {
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly event: WebhookEvent;
}

describe('webhooks', () => {
  let platform: Platform;
  let receiver: Server;
  let host: string;
  let status = 204;
  const received: Received[] = [];
  beforeAll(async () => {
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks);
        const event = JSON.parse(body.toString()) as WebhookEvent;
        received.push({ path: request.url!, headers: request.headers, body, event });
        response.writeHead(status).end();
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
    platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1, 'webhooks-worker': 1 },
      environment: { ENDPOINT_ALLOW: host },
    });
  });
  afterAll(async () => {
    await platform?.stop();
    receiver?.closeAllConnections();
    receiver?.close();
  });

  const call = async (method: string, path: string, body?: object) => {
    const headers = { 'content-type': 'application/json' };
    const sent = body === undefined ? {} : { body: JSON.stringify(body), headers };
    return platform.api.request<Record<string, unknown>>(method, `/v1/webhooks${path}`, sent);
  };
  const create = async (path: string, wish: object = {}): Promise<CreatedWebhook> => {
    const answer = await call('POST', '', { url: `http://${host}${path}`, ...wish });
    expect(answer.status).toBe(201);
    return createdWebhookSchema.parse(answer.body);
  };
  const eventsAt = (path: string) => received.filter((each) => each.path === path);
  const jobsAt = (path: string) => eventsAt(path).map(({ event }) => event.data as WebhookEventJob);
  const told = (path: string, count: number) => eventually(() => expect(eventsAt(path)).toHaveLength(count));
  const submit = async (fields: object) => {
    const { status: answered, body } = await platform.api.post<{ id: string }>('/v1/jobs', {
      type: 'probe.run',
      payload: {},
      ...fields,
    });
    expect(answered).toBe(202);
    return body.id;
  };

  it('hear of the ends that meet their conditions, and receivers can verify them', async () => {
    const all = await create('/all', { submittedFor: 'ada' });
    await create('/failed', { types: ['probe.run'], states: ['dead_lettered'], submittedFor: 'ada' });
    await create('/others', { types: ['report.generate'] });
    const fine = await submit({ submittedFor: 'ada', payload: { note: 'fine' } });
    const failed = await submit({
      submittedFor: 'ada',
      payload: { failTimes: 1, failWith: 'non-retryable' },
    });
    await submit({ submittedFor: 'bob' });
    await told('/all', 2);
    await told('/failed', 1);
    expect(new Set(jobsAt('/all').map(({ id, state }) => `${id} ${state}`))).toEqual(
      new Set([`${fine} succeeded`, `${failed} dead_lettered`]),
    );
    expect(jobsAt('/failed')).toMatchObject([
      { id: failed, reason: 'non_retryable', error: { code: expect.any(String) }, submittedFor: 'ada' },
    ]);
    const request = eventsAt('/all')[0]!;
    expect(verifySignature(request, all.secret)).toBe(request.headers['webhook-id']);
    // A receiver whose clock is wrong by ten minutes refuses it, and is told why.
    expect(() => verifySignature(request, all.secret, Date.now() + 600_000)).toThrow(/clock is wrong/);
    expect(eventsAt('/others')).toEqual([]);
  });

  it('list what was delivered, page by page', async () => {
    const { id } = await create('/listed', { submittedFor: 'eve' });
    for (let count = 0; count < 3; count++) await submit({ submittedFor: 'eve' });
    await told('/listed', 3);
    const page = async (query: string) =>
      deliveryPageSchema.parse((await call('GET', `/${id}/deliveries${query}`)).body);
    const items = await eventually(async () => {
      const { items: found } = await page('?state=succeeded');
      expect(found).toHaveLength(3);
      return found;
    });
    expect(items[0]).toMatchObject({ event: 'job.succeeded', status: 204, error: null, attempt: 1 });
    const sent = eventsAt('/listed').map(({ headers }) => headers['webhook-id']);
    expect(new Set(items.map((each) => each.id))).toEqual(new Set(sent));
    expect(new Set(items.map(({ job }) => job))).toEqual(new Set(jobsAt('/listed').map((job) => job.id)));
    const first = await page('?limit=2');
    const second = await page(`?limit=2&cursor=${first.next}`);
    expect([...first.items, ...second.items].map((each) => each.id)).toEqual(items.map((each) => each.id));
    // The ends of deliveries make no deliveries.
    const { body } = await platform.api.get<{ items: unknown[] }>(
      '/v1/jobs?queue=webhooks&state=dead_lettered',
    );
    expect(body.items).toEqual([]);
  });

  it('hear of progress if they ask for it', async () => {
    await create('/progress', { submittedFor: 'progress', progress: true, states: ['expired'] });
    // As a handler of this queue would report it.
    const record = encodeRecord({
      run: 1,
      attempt: 1,
      createdAt: Date.now(),
      phase: 'progress',
      value: {
        v: 1,
        id: newJobId(),
        type: 'probe.run',
        queue: 'probe',
        submittedFor: 'progress',
        start: { worker: 'w', at: new Date().toISOString() },
        progress: { percent: 40 },
      },
    });
    await writeRecords([{ topic: platform.topics.events, ...record }]);
    await submit({ submittedFor: 'progress' });
    await told('/progress', 1);
    expect(eventsAt('/progress')[0]!.event).toMatchObject({
      type: 'job.progress',
      data: { state: 'running', finishedAt: null, progress: { percent: 40 } },
    });
  });

  it('named by a submission hear of each run of that job alone, single or in a batch, also after a replay', async () => {
    const { body: rotated } = await call('POST', '/notify/secret', { validFor: '0s' });
    const { secret } = createdWebhookSchema.parse(rotated);
    const notify = `http://${host}/one?of=many`;
    const id = await submit({ notify });
    const delayed = await submit({ notify, delay: '1s' });
    const { body } = await platform.api.post<{ items: { id: string }[] }>('/v1/jobs/batch', {
      items: [
        { type: 'probe.run', payload: {}, notify },
        { type: 'probe.run', payload: {} },
      ],
    });
    await told('/one?of=many', 3);
    expect(new Set(jobsAt('/one?of=many').map((job) => job.id))).toEqual(
      new Set([id, delayed, body.items[0]!.id]),
    );
    expect((await platform.api.post(`/v1/jobs/${id}/replay`, { why: 'again' })).status).toBe(202);
    await told('/one?of=many', 4);
    const request = eventsAt('/one?of=many').at(-1)!;
    expect(verifySignature(request, secret)).toBe(request.headers['webhook-id']);
    expect(jobsAt('/one?of=many').at(-1)).toMatchObject({ id, run: 2, state: 'succeeded' });
    const ids = eventsAt('/one?of=many').map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids).size).toBe(4);
  });

  it('answer what became of a ping', async () => {
    const { id } = await create('/ping', { states: ['expired'] });
    const ping = async () => pingedWebhookSchema.parse((await call('POST', `/${id}/ping`)).body);
    expect(await ping()).toMatchObject({ delivered: true, status: 204, why: null });
    expect(eventsAt('/ping')[0]!.event).toMatchObject({ type: 'webhook.ping', data: { webhook: id } });
    status = 503;
    expect(await ping()).toMatchObject({
      delivered: false,
      status: 503,
      why: expect.stringContaining('503'),
    });
    status = 204;
    expect(eventsAt('/ping')).toHaveLength(2);
  });

  it('hear of nothing while they are paused, and of it after they were resumed', async () => {
    const { id } = await create('/paused', { submittedFor: 'paused' });
    expect(await call('POST', `/${id}/pause`)).toMatchObject({ body: { pausedAt: expect.any(String) } });
    await submit({ submittedFor: 'paused' });
    await eventually(async () => {
      const { items } = deliveryPageSchema.parse((await call('GET', `/${id}/deliveries`)).body);
      expect(items).toMatchObject([{ state: 'retrying', error: { code: 'webhook_paused' } }]);
    });
    expect(eventsAt('/paused')).toEqual([]);
    expect(await call('POST', `/${id}/resume`)).toMatchObject({ body: { pausedAt: null } });
    await told('/paused', 1);
  });

  it('can be read, changed and deleted, and show their secret only once', async () => {
    const made = await create('/changed', { types: ['probe.run'] });
    const { secret, ...view } = made;
    expect(secret).toMatch(/^whsec_/);
    expect((await call('GET', `/${made.id}`)).body).toEqual(view);
    const { body } = await call('PATCH', `/${made.id}`, {
      types: null,
      submittedFor: 'ada',
      url: `http://${host}/c`,
    });
    expect(webhookViewSchema.parse(body)).toMatchObject({
      types: null,
      submittedFor: 'ada',
      url: `http://${host}/c`,
    });
    const list = webhookListSchema.parse((await call('GET', '')).body);
    expect(list.items[0]).toEqual(body);
    expect(JSON.stringify(list)).not.toContain('whsec_');
    const rotated = createdWebhookSchema.parse((await call('POST', `/${made.id}/secret`, {})).body);
    expect(rotated.secret).not.toBe(secret);
    expect(Date.parse(rotated.previousSecretUntil!)).toBeGreaterThan(Date.now() + 23 * 3_600_000);
    expect((await call('DELETE', `/${made.id}`)).status).toBe(204);
    expect((await call('GET', `/${made.id}`)).body).toMatchObject({ code: 'webhook_not_found' });
  });

  it('of the platform itself have no URL to change, to ping or to delete', async () => {
    expect((await call('GET', '/notify')).body).toMatchObject({ id: 'notify', url: null });
    const refusals = [
      await call('PATCH', '/notify', { progress: true }),
      await call('DELETE', '/notify'),
      await call('POST', '/notify/ping'),
    ];
    for (const { status: answered, body } of refusals)
      expect([answered, body.code]).toEqual([409, 'webhook_built_in']);
  });

  it.each([
    'http://10.0.0.7/hooks',
    'http://169.254.169.254/latest/meta-data',
    'http://[::1]:80/',
    'http://2130706433/',
    'https://user:secret@receiver.example/',
    'ftp://receiver.example/',
    'https://receiver.example:8443/',
    `https://receiver.example/${'x'.repeat(2_100)}`,
    'not a url',
  ])('and submissions cannot name %s', async (url) => {
    const fault = (problem: unknown) => (problem as Problem).errors?.map(({ pointer }) => pointer);
    const { status: answered, body } = await call('POST', '', { url });
    expect([answered, fault(body)]).toEqual([422, ['/url']]);
    const refused = await platform.api.post('/v1/jobs', { type: 'probe.run', payload: {}, notify: url });
    expect([refused.status, fault(refused.body)]).toEqual([422, ['/notify']]);
  });

  it('cannot call the platform itself, by whatever name of it', async () => {
    const port = await freePort();
    const names = ['127.0.0.1', 'localhost'];
    const allowed = names.map((name) => `${name}:${port}`).join();
    const { url } = await platform.launch('api', port, { ENDPOINT_ALLOW: allowed });
    for (const name of names) {
      const wish = { url: `http://${name}:${port}/v1/jobs` };
      const { status: answered, body } = await new ApiClient(url).post<Problem>('/v1/webhooks', wish);
      expect([name, answered, body.errors?.[0]?.detail]).toEqual([
        name,
        422,
        'This is the address of the platform itself.',
      ]);
    }
  });
});
