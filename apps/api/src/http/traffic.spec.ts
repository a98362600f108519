import { afterEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Agent, request, type IncomingMessage } from 'node:http';
import { connect, type AddressInfo, type Socket } from 'node:net';
import { text } from 'node:stream/consumers';
import { commonSettings, createLogger, OwnHosts, readSettings } from '@jobstream/runtime';
import type { FastifyInstance } from 'fastify';
import type { StreamEvent } from '@jobstream/status';
import { writeEvents } from '../live/event-stream.js';
import { BytesInFlight } from './bytes-in-flight.js';
import { createHttpServer } from './http-server.js';
import { ProblemReplies } from './problem-reply.js';

const MiB = 1024 * 1024;
const large = 'x'.repeat(8 * MiB);
const turn = () => new Promise((resolve) => setImmediate(resolve));
const json = { 'content-type': 'application/json' };

/** A server with a few routes, of which the limits are small. */
class TrafficServer {
  readonly refused: string[] = [];
  answered = 0;
  maxHeld = 0;
  readonly bytes: BytesInFlight;
  readonly server: FastifyInstance;
  private readonly sockets: Socket[] = [];
  private readonly agent = new Agent({ keepAlive: true, maxSockets: 1 });

  constructor({ maxBytes = 32 * MiB, maxConnections = 1_000 } = {}) {
    const note = (reason: string) => void this.refused.push(reason);
    this.bytes = new BytesInFlight(maxBytes);
    const replies = new ProblemReplies(createLogger('api', 'silent'), note);
    const adapter = createHttpServer({
      replies,
      bytes: this.bytes,
      onDropped: note,
      hosts: new OwnHosts(readSettings(commonSettings, {})),
      traffic: { MAX_CONNECTIONS: maxConnections, ANSWER_TIMEOUT_SECONDS: 0.5 },
    });
    this.server = adapter.getInstance<FastifyInstance>();
    this.server.setErrorHandler((error, asked, reply) => replies.send(error, asked, reply));
    this.server.addHook('onSend', (_request, _reply, _payload, done) => {
      this.answered += 1;
      this.maxHeld = Math.max(this.maxHeld, this.bytes.total);
      done();
    });
    this.server.get('/small', () => 'x');
    this.server.get('/large', () => large);
    this.server.get('/late', async ({ raw }) => {
      await once(raw.socket, 'timeout');
      return 'late';
    });
    this.server.post('/bodies', { bodyLimit: 8 * MiB }, () => 'x'.repeat(MiB));
  }

  get port(): number {
    return (this.server.server.address() as AddressInfo).port;
  }

  async listen(): Promise<this> {
    await this.server.listen({ host: '127.0.0.1', port: 0 });
    return this;
  }

  /** A connection that sends and never reads. */
  open(sent: string): Socket {
    const socket = connect(this.port, '127.0.0.1').on('error', () => undefined);
    socket.write(sent);
    this.sockets.push(socket);
    return socket;
  }

  async ask(method: string, path: string, body = ''): Promise<{ status: number; body: string }> {
    const sent = request({
      host: '127.0.0.1',
      port: this.port,
      method,
      path,
      agent: this.agent,
      headers: json,
    });
    sent.end(body);
    const [response] = (await once(sent, 'response')) as [IncomingMessage];
    return { status: response.statusCode!, body: await text(response) };
  }

  async close(): Promise<void> {
    for (const socket of this.sockets) socket.destroy();
    this.agent.destroy();
    await this.server.close();
  }
}

const get = (path: string) => `GET ${path} HTTP/1.1\r\nhost: localhost\r\n\r\n`;

describe('a server', () => {
  let server: TrafficServer;
  afterEach(() => server.close());

  it('holds a bounded part of large answers that nobody reads, serves others meanwhile, and ends them', async () => {
    server = await new TrafficServer().listen();
    for (let count = 0; count < 60; count++) server.open(get('/large'));
    while (server.answered < 60) await turn();
    const refused = server.refused.filter((reason) => reason === 'too_many_bytes').length;
    expect(refused).toBeGreaterThan(40);
    expect(server.maxHeld).toBeGreaterThan(31 * MiB);
    expect(server.maxHeld).toBeLessThan(33 * MiB);
    expect(await server.ask('GET', '/small')).toEqual({ status: 200, body: 'x' });
    while (server.bytes.total > 0) await turn();
    expect(server.refused.filter((reason) => reason === 'unread_answer')).toHaveLength(60 - refused);
    expect((await server.ask('GET', '/large')).body).toHaveLength(8 * MiB);
  });

  it('ends a stream of events that nobody reads', async () => {
    server = new TrafficServer();
    let isOver = false;
    async function* events(): AsyncGenerator<StreamEvent, void> {
      try {
        for (;;) yield { kind: 'progress', data: 'x'.repeat(MiB) };
      } finally {
        isOver = true;
      }
    }
    server.server.get('/events', async (_, reply) => {
      const closing = new AbortController();
      reply.raw.once('close', () => closing.abort());
      reply.hijack();
      await writeEvents(reply.raw, events(), closing.signal);
    });
    await server.listen();
    server.open(get('/events'));
    while (!isOver) await turn();
    expect(server.refused).toEqual(['unread_answer']);
  });

  it('lets a request wait for longer than an answer may be left unread, and its connection serve on', async () => {
    server = await new TrafficServer().listen();
    expect(await server.ask('GET', '/late')).toEqual({ status: 200, body: 'late' });
    expect(await server.ask('GET', '/late')).toEqual({ status: 200, body: 'late' });
    expect(server.refused).toEqual([]);
  });

  it('holds a bounded part of bodies, counted as they arrive, and refuses what has no room', async () => {
    server = await new TrafficServer({ maxBytes: 3 * MiB }).listen();
    const half = `POST /bodies HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: ${8 * MiB}\r\n\r\n`;
    server.open(half);
    const sending = server.open(`${half}"${'x'.repeat(2 * MiB)}`);
    while (server.bytes.total < 2 * MiB) await turn();
    // Only what has come counts: the first one has sent nothing.
    const body = JSON.stringify('x'.repeat(1.5 * MiB));
    const refused = await server.ask('POST', '/bodies', body);
    expect(refused.status).toBe(503);
    expect(JSON.parse(refused.body)).toMatchObject({ code: 'too_many_bytes' });
    expect(server.bytes.total).toBeLessThan(2.5 * MiB);
    sending.destroy();
    while (server.bytes.total > 0) await turn();
    expect((await server.ask('POST', '/bodies', body)).status).toBe(200);
  });

  it('tells always what a request has done, however much else there is', async () => {
    server = await new TrafficServer({ maxBytes: MiB / 2 }).listen();
    expect((await server.ask('GET', '/large')).status).toBe(503);
    expect(await server.ask('POST', '/bodies', '{}')).toMatchObject({ status: 200 });
  });

  it('counts the values of a body, which take more memory than its bytes', async () => {
    server = await new TrafficServer({ maxBytes: MiB }).listen();
    const { status } = await server.ask('POST', '/bodies', JSON.stringify(Array(20_000).fill({})));
    expect([status, server.refused]).toEqual([503, ['too_many_bytes']]);
  });

  it('closes a connection too many', async () => {
    server = await new TrafficServer({ maxConnections: 1 }).listen();
    expect((await server.ask('GET', '/small')).status).toBe(200);
    await once(server.open(get('/small')), 'close');
    expect(server.refused).toEqual(['too_many_connections']);
    expect((await server.ask('GET', '/small')).status).toBe(200);
  });
});
