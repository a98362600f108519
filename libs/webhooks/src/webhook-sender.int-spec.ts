import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { AuditStore } from '@jobstream/access';
import { CallSender } from '@jobstream/calls';
import { newJobId } from '@jobstream/contracts';
import { maxWebhooks, webhookRequestSchema, type WebhookEvent } from '@jobstream/contracts/rest';
import { newSigningSecret, signatureOf } from '@jobstream/contracts/signatures';
import { Database, migrate, schemasOf } from '@jobstream/database';
import { createLogger } from '@jobstream/runtime';
import { randomNamespace, stackAddress } from '@jobstream/testing';
import { Circuits } from './circuits.js';
import { WebhookBook } from './webhook-book.js';
import { WebhookSender, type SentDelivery } from './webhook-sender.js';
import { WebhookStore } from './webhook-store.js';
import { notifyId } from './webhook.js';

const dayMs = 24 * 3_600_000;
const ping: WebhookEvent = {
  type: 'webhook.ping',
  timestamp: '2026-01-02T03:04:05.678Z',
  data: { webhook: 'w' },
};
const progress = { ...ping, type: 'job.progress' } as WebhookEvent;

type Answer = (request: IncomingMessage, response: ServerResponse) => void;

/** The request as a receiver got it. */
interface Received {
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

describe('a sender of webhooks', () => {
  const settings = { url: stackAddress('DATABASE_URL'), schemas: schemasOf(randomNamespace()) };
  const database = new Database(settings);
  const store = new WebhookStore(database);
  const audit = new AuditStore(database);
  let receiver: Server;
  let host: string;
  let answer: Answer;
  let received: Received[];
  let calls: CallSender;
  /** The brokers' time, and the monotonic one: both are this. */
  let now = Date.now();

  beforeAll(async () => {
    await migrate(settings);
    receiver = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        received.push({ headers: request.headers, body: Buffer.concat(chunks) });
        answer(request, response);
      });
    });
    receiver.listen(0, '127.0.0.1');
    await once(receiver, 'listening');
    host = `127.0.0.1:${(receiver.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    received = [];
    answer = (_, response) => response.writeHead(204).end();
    calls = new CallSender({ allowed: new Set([host]) });
  });
  afterEach(() => calls.close());
  afterAll(async () => {
    receiver?.closeAllConnections();
    receiver?.close();
    const { projection, operations } = database;
    await database.query({ text: `DROP SCHEMA IF EXISTS ${projection}, ${operations} CASCADE` });
    await database.close();
  });

  const create = async (url = `http://${host}/hooks`) => {
    const secret = newSigningSecret();
    const request = webhookRequestSchema.parse({ url });
    return { secret, webhook: (await store.create({ id: newJobId(), at: now }, request, secret))! };
  };
  const senderOf = () =>
    new WebhookSender({
      book: new WebhookBook({ store, monotonic: () => now }),
      store,
      audit,
      calls,
      circuits: new Circuits({ monotonic: () => now }),
      maxFailingMs: 3 * dayMs,
      logger: createLogger('sender', 'silent'),
    });
  const send = (sender: WebhookSender, webhook: string, event: WebhookEvent = progress, id = newJobId()) => {
    const { signal } = new AbortController();
    return sender.send({ webhook, receiver: webhook, event }, { id, signal, now: () => now });
  };
  const codeOf = (sent: SentDelivery) => ('error' in sent ? sent.error.code : sent.kind);
  const fail: Answer = (_, response) => response.writeHead(500).end();

  it('signs what it sends, so that the receiver can verify it', async () => {
    const { webhook, secret } = await create();
    const id = newJobId();
    const sent = await send(senderOf(), webhook.id, progress, id);
    expect(sent).toEqual({ kind: 'ended', result: { delivered: true, status: 204, why: null } });
    expect(received[0]!.headers).toMatchObject({
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now / 1_000)),
    });
    expect(isSignedBy(received[0]!, secret)).toBe(true);
    expect(JSON.parse(received[0]!.body.toString())).toEqual(progress);
  });

  it('signs by both secrets while one is rotated, and by the new one alone after that', async () => {
    const { webhook, secret: old } = await create();
    const [next, last] = [newSigningSecret(), newSigningSecret()];
    const rotated = await store.rotate(webhook.id, next, dayMs);
    expect(rotated!.previousUntil!.getTime()).toBeGreaterThan(Date.now() + dayMs - 60_000);
    const sender = senderOf();
    await send(sender, webhook.id);
    expect([old, next].map((secret) => isSignedBy(received[0]!, secret))).toEqual([true, true]);
    expect(await store.rotate(webhook.id, last, 0)).toMatchObject({ previousUntil: null });
    now += 2_000;
    await send(sender, webhook.id);
    expect([old, next, last].map((secret) => isSignedBy(received[1]!, secret))).toEqual([false, false, true]);
  });

  it('sends by the next attempt what was held back by a pause', async () => {
    const { webhook } = await create();
    const sender = senderOf();
    await store.pause({ id: webhook.id, at: now });
    expect(codeOf(await send(sender, webhook.id))).toBe('webhook_paused');
    expect(received).toEqual([]);
    expect(await send(sender, webhook.id, ping)).toMatchObject({ result: { delivered: true } });
    await store.resume({ id: webhook.id, at: now });
    now += 1_000;
    expect(await send(sender, webhook.id)).toMatchObject({ result: { delivered: true } });
  });

  it('knows a webhook that is newer than what it has read, and drops what a deleted one was to hear', async () => {
    const sender = senderOf();
    const first = await create();
    await send(sender, first.webhook.id);
    const second = await create();
    expect(await send(sender, second.webhook.id)).toMatchObject({ result: { delivered: true } });
    await store.delete(second.webhook.id);
    now += 1_000;
    expect(await send(sender, second.webhook.id)).toEqual({
      kind: 'ended',
      result: { delivered: false, status: null, why: 'The webhook is deleted.' },
    });
    expect(received).toHaveLength(2);
  });

  it('switches a webhook off once it has failed for three days, with one entry in the audit', async () => {
    const { webhook } = await create();
    const target = `/v1/webhooks/${webhook.id}`;
    const entries = async () =>
      (await audit.page({ limit: 200 })).items.filter((entry) => entry.target === target);
    answer = fail;
    const began = now;
    const sender = senderOf();
    for (const afterMs of [0, dayMs, 3 * dayMs - 1_000]) {
      now = began + afterMs;
      expect(codeOf(await send(sender, webhook.id))).toBe('http_500');
    }
    expect(await store.find(webhook.id)).toMatchObject({
      failingSince: new Date(began),
      switchedOffAt: null,
    });
    expect(await entries()).toEqual([]);
    now = began + 3 * dayMs;
    expect(codeOf(await send(sender, webhook.id))).toBe('http_500');
    expect(await store.find(webhook.id)).toMatchObject({ switchedOffAt: new Date(now) });
    expect(await entries()).toMatchObject([{ action: 'webhook.switched-off', who: null, status: 200 }]);
    now += 1_000;
    const sent = received.length;
    expect(await send(sender, webhook.id)).toMatchObject({
      kind: 'refused',
      error: { code: 'webhook_switched_off' },
    });
    expect(received).toHaveLength(sent);
    const listening = () => database.transaction((session) => store.listListening(session));
    expect((await listening()).map(({ id }) => id)).not.toContain(webhook.id);

    answer = (_, response) => response.writeHead(200).end();
    await store.resume({ id: webhook.id, at: now });
    expect(await listening()).toContainEqual(expect.objectContaining({ id: webhook.id, heardFrom: now }));
    now += 1_000;
    expect(await send(sender, webhook.id)).toMatchObject({ result: { delivered: true } });
    expect(await store.find(webhook.id)).toMatchObject({ failingSince: null, switchedOffAt: null });
  });

  it('counts the three days anew after each success', async () => {
    const { webhook } = await create();
    const sender = senderOf();
    const began = now;
    answer = fail;
    await send(sender, webhook.id);
    now = began + 2 * dayMs;
    answer = (_, response) => response.writeHead(200).end();
    await send(sender, webhook.id);
    answer = fail;
    now = began + 4 * dayMs;
    await send(sender, webhook.id);
    now = began + 6 * dayMs;
    await send(sender, webhook.id);
    expect(await store.find(webhook.id)).toMatchObject({
      failingSince: new Date(began + 4 * dayMs),
      switchedOffAt: null,
    });
  });

  it('switches a webhook off at once when its receiver says that it is gone', async () => {
    const { webhook } = await create();
    answer = (_, response) => response.writeHead(410).end();
    expect(await send(senderOf(), webhook.id)).toMatchObject({ kind: 'refused', isGone: true });
    expect(await store.find(webhook.id)).toMatchObject({ switchedOffAt: new Date(now) });
  });

  it('leaves a failing receiver alone for a moment, and no other', async () => {
    const { webhook } = await create();
    const sender = senderOf();
    answer = fail;
    for (let failures = 0; failures < 5; failures++)
      expect(codeOf(await send(sender, webhook.id))).toBe('http_500');
    expect(codeOf(await send(sender, webhook.id))).toBe('receiver_failing');
    expect(received).toHaveLength(5);
    expect(codeOf(await send(sender, webhook.id, ping))).toBe('ended');
    answer = (_, response) => response.writeHead(200).end();
    now += 2_000;
    expect(await send(sender, webhook.id)).toMatchObject({ result: { delivered: true } });
  });

  it('follows no redirect, and reads no more of an answer than it may', async () => {
    const { webhook } = await create();
    const sender = senderOf();
    answer = (_, response) => response.writeHead(302, { location: `http://${host}/elsewhere` }).end();
    expect(codeOf(await send(sender, webhook.id))).toBe('http_302');
    expect(received).toHaveLength(1);
    let left = 10 * 1024 * 1024;
    answer = (_, response) => {
      response.writeHead(200);
      const chunk = Buffer.alloc(64 * 1024);
      const write = () => {
        for (; left > 0 && !response.destroyed; left -= chunk.length)
          if (!response.write(chunk)) return void response.once('drain', write);
        response.end();
      };
      response.on('error', () => undefined);
      write();
    };
    expect(await send(sender, webhook.id)).toMatchObject({ result: { delivered: true, status: 200 } });
    expect(left).toBeGreaterThan(0);
  });

  it('sends nothing to an address that is not public, and gives such a delivery up', async () => {
    calls = new CallSender({ allowed: new Set() });
    const sender = senderOf();
    for (const url of [`http://${host}/`, 'http://169.254.169.254/latest/meta-data', 'http://[::1]/']) {
      const { webhook } = await create(url);
      expect([url, await send(sender, webhook.id)]).toMatchObject([url, { kind: 'refused', isGone: false }]);
    }
    expect(received).toEqual([]);
  });

  it('signs for the URLs of submissions by a secret of the platform, and switches none of them off', async () => {
    const secret = newSigningSecret();
    await store.rotate(notifyId, secret, 0);
    const delivery = {
      webhook: 'notify',
      receiver: `http://${host}`,
      url: `http://${host}/one`,
      event: progress,
    };
    const attempt = { id: newJobId(), signal: new AbortController().signal, now: () => now };
    const sender = senderOf();
    expect(await sender.send(delivery, attempt)).toMatchObject({ result: { delivered: true } });
    expect(isSignedBy(received[0]!, secret)).toBe(true);
    answer = (_, response) => response.writeHead(410).end();
    expect(await sender.send(delivery, attempt)).toMatchObject({ kind: 'refused' });
    expect(await store.find(notifyId)).toMatchObject({ failingSince: null, switchedOffAt: null });
  });

  it('keeps at most a thousand webhooks, however many are asked for at once', async () => {
    const room = maxWebhooks - (await store.list()).length;
    await database.query({
      text: `INSERT INTO ${database.operations}.webhooks (id, url, progress, secret, created_at, heard_from)
             SELECT gen_random_uuid(), 'https://receiver.example/', false, 's', now(), now() FROM generate_series(1, $1)`,
      values: [room - 3],
    });
    const made = await Promise.all(Array.from({ length: 10 }, () => create().then(({ webhook }) => webhook)));
    expect(made.filter((webhook) => webhook !== undefined)).toHaveLength(3);
    expect(await store.list()).toHaveLength(maxWebhooks);
  });
});

/** Whether one of the signatures of a request is that of this secret. */
function isSignedBy({ headers, body }: Received, secret: string): boolean {
  const id = String(headers['webhook-id']);
  const sentAtS = Number(headers['webhook-timestamp']);
  const signatures = String(headers['webhook-signature']).split(' ');
  return signatures.includes(`v1,${signatureOf({ id, sentAtS, body }, secret)}`);
}
