import { once } from 'node:events';
import { createServer, type IncomingMessage, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterEach, describe, expect, it } from '@jest/globals';
import { newSigningSecret, signatureOf } from '@jobstream/contracts/signatures';
import { CallSender, type Call, type CallSenderOptions } from './call-sender.js';

const never = new AbortController().signal;
const [secret, older] = [newSigningSecret(), newSigningSecret()];
const servers: Server[] = [];
const senders: CallSender[] = [];

interface Met {
  readonly method: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
}

/** A server on loopback; `met` holds the requests and `connections` how many connections were made. */
async function serve(listener: RequestListener) {
  const seen = { met: [] as Met[], connections: 0 };
  let close: () => void;
  /** Resolves when the connection of a request is closed. */
  const closed = new Promise<void>((resolve) => (close = resolve));
  const server = createServer((request, response) => {
    response.once('close', () => close());
    void text(request).then((body) => {
      seen.met.push({ method: request.method, headers: request.headers, body });
      listener(request, response);
    });
  });
  server.on('connection', () => seen.connections++);
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const call = (more: Partial<Call> = {}): Call => ({
    url: `http://127.0.0.1:${port}/jobs`,
    id: 'job-1',
    body: '{"amount":7}',
    secrets: [secret],
    sentAt: 1_700_000_000_999,
    timeoutMs: 5_000,
    ...more,
  });
  const sender = (more: Partial<CallSenderOptions> = {}) => {
    const made = new CallSender({ allowed: new Set([`127.0.0.1:${port}`, `app.test:${port}`]), ...more });
    senders.push(made);
    return made;
  };
  return { seen, port, call, closed, sender };
}

afterEach(async () => {
  await Promise.all(senders.splice(0).map((sender) => sender.close()));
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

describe('CallSender', () => {
  it('posts the body signed with every secret, and returns the answer', async () => {
    const { seen, call, sender } = await serve((_, response) =>
      response.writeHead(429, { 'retry-after': '3', 'x-should-retry': 'false' }).end('{"ok":true}'),
    );
    const sent = call({ secrets: [secret, older], headers: { traceparent: 'trace' } });
    const ending = await sender().send(sent, never);
    expect(ending).toMatchObject({ kind: 'answered', status: 429, retryAfter: '3', shouldRetry: 'false' });
    expect(ending).toMatchObject({ body: { content: Buffer.from('{"ok":true}'), isWhole: true } });
    const message = { id: 'job-1', sentAtS: 1_700_000_000, body: sent.body };
    expect(seen.met).toMatchObject([
      {
        method: 'POST',
        body: sent.body,
        headers: {
          'content-type': 'application/json',
          'webhook-id': 'job-1',
          'webhook-timestamp': '1700000000',
          'webhook-signature': `v1,${signatureOf(message, secret)} v1,${signatureOf(message, older)}`,
          traceparent: 'trace',
        },
      },
    ]);
  });

  it('keeps its connections: a hundred calls, ten at a time, need no more than twenty', async () => {
    const { seen, call, sender } = await serve((_, response) => setTimeout(() => response.end('{}'), 5));
    const kept = sender();
    const loop = async () => {
      for (let nth = 0; nth < 10; nth++) await kept.send(call(), never);
    };
    await Promise.all(Array.from({ length: 10 }, loop));
    expect(seen.met).toHaveLength(100);
    // Undici counts a connection as free a moment after its answer was read.
    expect(seen.connections).toBeLessThanOrEqual(20);
  });

  it('follows no redirect', async () => {
    const { seen, call, sender } = await serve((_, response) =>
      response.writeHead(307, { location: '/elsewhere' }).end(),
    );
    expect(await sender().send(call(), never)).toMatchObject({ kind: 'answered', status: 307 });
    expect(seen.met).toHaveLength(1);
  });

  it('reads no more of an endless answer than is allowed, and closes its connection', async () => {
    const { call, closed, sender } = await serve((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    const ending = await sender({ maxAnswerBytes: 100_000 }).send(call(), never);
    expect(ending).toMatchObject({ kind: 'answered', body: { isWhole: false } });
    await closed;
  });

  it('takes an answer of exactly the allowed bytes', async () => {
    const { call, sender } = await serve((_, response) => response.end('x'.repeat(1_000)));
    expect(await sender({ maxAnswerBytes: 1_000 }).send(call(), never)).toMatchObject({
      body: { isWhole: true },
    });
    expect(await sender({ maxAnswerBytes: 999 }).send(call(), never)).toMatchObject({
      body: { isWhole: false },
    });
  });

  it.each(['before the head', 'in the body'])('gives up on a server that is silent %s', async (where) => {
    const { call, closed, sender } = await serve((_, response) => {
      if (where === 'in the body') response.writeHead(200).write('{');
    });
    expect(await sender().send(call({ timeoutMs: 100 }), never)).toEqual({
      kind: 'timed-out',
      timeoutMs: 100,
    });
    await closed;
  });

  it('tells a broken connection from an answer', async () => {
    const { call, sender } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('short', () => response.destroy());
    });
    expect(await sender().send(call(), never)).toMatchObject({ kind: 'failed', cause: 'UND_ERR_SOCKET' });
    servers.pop()!.close().closeAllConnections();
    expect(await sender().send(call(), never)).toEqual({ kind: 'failed', cause: 'ECONNREFUSED' });
  });

  it('aborts the request with the reason of its signal', async () => {
    const abortion = new AbortController();
    const { call, closed, sender } = await serve(() => {
      abortion.abort(new Error('cancelled'));
    });
    await expect(sender().send(call(), abortion.signal)).rejects.toThrow('cancelled');
    await closed;
  });

  it.each([
    'http://10.0.0.1/',
    'http://169.254.169.254/',
    'http://u:p@app.test/',
    'ftp://app.test/',
    'nonsense',
  ])('does not call %s', async (url) => {
    const { call, sender } = await serve((_, response) => response.end());
    expect(await sender().send(call({ url }), never)).toMatchObject({
      kind: 'forbidden',
      error: { code: 'url_refused' },
    });
  });

  it('checks the addresses of a name when it connects: a private one only where the host is allowed', async () => {
    const { seen, port, call, sender } = await serve((_, response) => response.end());
    const resolve = async () => [{ address: '127.0.0.1', family: 4 }];
    const allowed = await sender({ resolve }).send(call({ url: `http://app.test:${port}/` }), never);
    expect(allowed).toMatchObject({ kind: 'answered', status: 200 });
    const stranger = await sender({ resolve }).send(call({ url: 'http://stranger.test/' }), never);
    expect(stranger).toMatchObject({ kind: 'forbidden' });
    expect(seen.connections).toBe(1);
  });

  it.each(['169.254.169.254', '::ffff:169.254.169.254', 'fd00:ec2::254', '100.100.100.200', '168.63.129.16'])(
    'does not call an allowed name that leads to the metadata address %s',
    async (address) => {
      const { port, call, sender } = await serve((_, response) => response.end());
      const resolve = async () => [{ address, family: address.includes(':') ? 6 : 4 }];
      const ending = await sender({ resolve }).send(call({ url: `http://app.test:${port}/` }), never);
      expect(ending).toMatchObject({ kind: 'forbidden' });
    },
  );
});
