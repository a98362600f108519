import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { verifySignature } from '@jobstream/client';
import type {
  EndpointJobTypeInput,
  JobDetail,
  JobExplanation,
  JobHistory,
  NewSecret,
  Problem,
  PutJobType,
  QueueView,
} from '@jobstream/contracts/rest';
import { eventually, leftBehind, Platform } from '@jobstream/testing';

interface Met {
  readonly path: string;
  readonly attempt: number;
  readonly headers: IncomingMessage['headers'];
  readonly body: string;
  readonly at: number;
  readonly closed: Promise<void>;
}

type Listener = (attempt: number, response: ServerResponse) => void;

/** What the server does at each path. */
const paths: Record<string, Listener> = {
  '/ok': (_, response) => response.end('{"fine":true}'),
  '/empty': (_, response) => response.writeHead(204).end(),
  '/wrong-result': (_, response) => response.end('{"fine":"perhaps"}'),
  '/html': (_, response) => response.setHeader('content-type', 'text/html').end('<h1>Hello</h1>'),
  '/huge': (_, response) => response.end(Buffer.alloc(10 * 1024 * 1024, '1')),
  '/endless': (_, response) => {
    const more = () => {
      while (response.write(Buffer.alloc(16 * 1024, ' ')));
    };
    response.on('drain', more);
    more();
  },
  '/redirect': (_, response) => response.writeHead(302, { location: '/ok' }).end(),
  '/missing': (_, response) => response.writeHead(404).end('no such order'),
  '/final': (_, response) => response.writeHead(500, { 'x-should-retry': 'false' }).end(),
  '/silent': () => undefined,
  '/later': (attempt, response) => {
    if (attempt > 1) response.end('{"fine":true}');
    else response.writeHead(429, { 'retry-after': '2' }).end();
  },
  '/second-try': (attempt, response) => {
    if (attempt > 1) response.end('{"fine":true}');
    else response.writeHead(503).end();
  },
};

describe("an endpoint's answer decides about the attempt", () => {
  let server: Server;
  let platform: Platform;
  let host: string;
  const met: Met[] = [];
  const secrets = new Map<string, string>();

  const begin = async (port = 0) => {
    server = createServer((request, response) => {
      const closed = once(response, 'close').then(() => undefined);
      void text(request).then((body) => {
        const attempt = Number(request.headers['jobstream-attempt']);
        met.push({ path: request.url!, attempt, headers: request.headers, body, at: Date.now(), closed });
        paths[request.url!]!(attempt, response);
      });
    });
    server.listen(port, '127.0.0.1');
    await once(server, 'listening');
    return (server.address() as AddressInfo).port;
  };

  const put = <Body = PutJobType>(type: string, wish: unknown) =>
    platform.api.request<Body>('PUT', `/v1/job-types/${type}`, {
      body: JSON.stringify(wish),
      headers: { 'content-type': 'application/json' },
    });
  const wishFor = (path: string, timeout = '5s'): EndpointJobTypeInput => ({
    endpoint: { url: `http://${host}${path}`, timeout, maxInFlight: 5 },
    queue: { name: 'answers' },
    payload: { type: 'object' },
    result: { anyOf: [{ type: 'null' }, { type: 'object', properties: { fine: { type: 'boolean' } } }] },
    retries: 1,
    backoff: ['100ms'],
  });

  beforeAll(async () => {
    host = `127.0.0.1:${await begin()}`;
    platform = await Platform.start({
      // The scheduler holds what is to wait longer than the lanes of its queue.
      services: { api: 1, projector: 1, scheduler: 1, 'http-worker': 1 },
      ownRoles: true,
      environment: { ENDPOINT_ALLOW: host },
    });
    for (const path of Object.keys(paths)) {
      const type = `answer.${path.slice(1)}`;
      const timeout = path === '/silent' ? '1s' : '5s';
      const { status, body } = await put(type, wishFor(path, timeout));
      expect({ type, status }).toEqual({ type, status: 200 });
      secrets.set(type, body.secret!);
    }
  });

  afterAll(async () => {
    await platform?.stop();
    server.close().closeAllConnections();
    expect(leftBehind()).toEqual([]);
  });

  const run = async (type: string) => {
    const id = await platform.api.submitted(type, {});
    return platform.api.finished(id);
  };

  it.each([
    ['answer.ok', 'succeeded', { result: { fine: true }, attempt: 1 }],
    ['answer.empty', 'succeeded', { result: null, attempt: 1 }],
    ['answer.later', 'succeeded', { attempt: 2 }],
    ['answer.second-try', 'succeeded', { attempt: 2 }],
    ['answer.wrong-result', 'dead_lettered', { reason: 'non_retryable', error: { code: 'invalid_result' } }],
    ['answer.html', 'dead_lettered', { reason: 'non_retryable', error: { code: 'result_not_json' } }],
    ['answer.huge', 'dead_lettered', { reason: 'non_retryable', error: { code: 'result_too_large' } }],
    ['answer.endless', 'dead_lettered', { reason: 'non_retryable', error: { code: 'result_too_large' } }],
    ['answer.missing', 'dead_lettered', { reason: 'non_retryable', error: { code: 'http_404' } }],
    ['answer.final', 'dead_lettered', { reason: 'non_retryable', error: { code: 'http_500' } }],
    ['answer.redirect', 'dead_lettered', { reason: 'exhausted', error: { code: 'http_302' } }],
    ['answer.silent', 'dead_lettered', { reason: 'exhausted', attempt: 2 }],
  ])('%s: %s', async (type, state, more) => {
    expect(await run(type)).toMatchObject({ state, ...more });
  });

  it('waits as long as Retry-After says, and follows no redirect', () => {
    const later = met.filter(({ path }) => path === '/later');
    expect(later.map(({ attempt }) => attempt)).toEqual([1, 2]);
    expect(later[1]!.at - later[0]!.at).toBeGreaterThanOrEqual(1_990);
    const { body } = met.find(({ path }) => path === '/redirect')!;
    const { id } = JSON.parse(body) as { id: string };
    expect(met.filter((each) => each.body.includes(id) && each.path === '/ok')).toEqual([]);
  });

  it('is asked by a signed request with trace, attempt and deadline', () => {
    const { headers, body, at } = met.find(({ path }) => path === '/ok')!;
    const id = verifySignature({ headers, body }, secrets.get('answer.ok')!, at);
    const sent = JSON.parse(body) as Record<string, string>;
    expect(id).toBe(`${sent.id}_1`);
    expect(sent).toMatchObject({ type: 'answer.ok', run: 1, attempt: 1, maxAttempts: 2, payload: {} });
    expect(headers.traceparent).toContain(sent.id!.replaceAll('-', ''));
    expect(Date.parse(headers['jobstream-deadline'] as string) - at).toBeLessThanOrEqual(5_000);
  });

  it('is aborted by a cancel: the endpoint sees its connection close', async () => {
    await put('answer.silent', wishFor('/silent', '1m'));
    const before = met.length;
    const id = await platform.api.submitted('answer.silent', {});
    const call = await eventually(() => {
      const found = met.slice(before).find(({ body }) => body.includes(id));
      if (!found) throw new Error('not called yet');
      return found;
    });
    await platform.api.post(`/v1/jobs/${id}/cancel`, {});
    await call.closed;
    expect(await platform.api.finished(id)).toMatchObject({ state: 'cancelled' });
  });

  it('is signed by both secrets after a rotation, and by the new one alone where no overlap is wanted', async () => {
    const first = secrets.get('answer.ok')!;
    const path = '/v1/job-types/answer.ok/secret';
    const { body: rotated } = await platform.api.post<NewSecret>(path, {});
    const sentWith = async (...wanted: string[]) =>
      eventually(
        async () => {
          const { id } = await run('answer.ok');
          const call = met.find(({ body }) => body.includes(id))!;
          for (const secret of wanted) verifySignature(call, secret, call.at);
          return call;
        },
        { everyMs: 500 },
      );
    await sentWith(rotated.secret, first);
    const { body: alone } = await platform.api.post<NewSecret>(path, { validFor: '0s' });
    const call = await sentWith(alone.secret);
    expect(() => verifySignature(call, rotated.secret, call.at)).toThrow('No signature of the request fits');
  });

  it('holds jobs back without an attempt while its server is away, says so, and goes on by itself', async () => {
    const port = Number(host.split(':')[1]);
    server.close().closeAllConnections();
    const ids: string[] = [];
    for (let nth = 0; nth < 30; nth++) ids.push(await platform.api.submitted('answer.ok', {}));
    const worker = platform.all('http-worker')[0]!;
    await worker.logged(({ msg }) => msg === 'endpoint held back');
    const waiting = await eventually(async () => {
      for (const id of ids) {
        const { body } = await platform.api.get<JobDetail>(`/v1/jobs/${id}`);
        if (body.waitingFor?.kind === 'endpoint' && body.state === 'queued') return body;
      }
      throw new Error('no job waits for the endpoint');
    });
    expect(waiting.waitingFor!.text).toContain(host);
    const { body: explained } = await platform.api.get<JobExplanation>(`/v1/jobs/${waiting.id}/explain`);
    expect(explained.cause).toMatchObject({ code: 'endpoint_failing', text: expect.stringContaining(host) });
    // What is shown of a queue is up to a second old.
    await eventually(async () => {
      const { body: queue } = await platform.api.get<QueueView>(`/v1/queues/${waiting.queue}`);
      expect(queue.waitingFor).toMatchObject({ kind: 'endpoint', text: expect.stringContaining(host) });
    });
    await begin(port);
    await worker.logged(({ msg }) => msg === 'endpoint called again');
    const ended = await Promise.all(ids.map((id) => platform.api.finished(id)));
    const untouched = ended.filter(({ state, attempt }) => state === 'succeeded' && attempt === 1);
    expect(untouched.length).toBeGreaterThanOrEqual(15);
    // The others were the first calls that failed, and the probes.
    const { body } = await platform.api.get<JobHistory>(`/v1/jobs/${untouched[0]!.id}/history`);
    expect(JSON.stringify(body)).not.toContain('retrying');
  });

  it.each([
    ['an address of metadata', { endpoint: { url: 'http://169.254.169.254/latest' } }, '/endpoint/url'],
    ['a private address', { endpoint: { url: 'http://10.0.0.1/' } }, '/endpoint/url'],
    ['a user name', { endpoint: { url: 'http://u:p@example.com/' } }, '/endpoint/url'],
    ['another scheme', { endpoint: { url: 'ftp://example.com/' } }, '/endpoint/url'],
    ['a huge URL', { endpoint: { url: `http://example.com/${'x'.repeat(3_000)}` } }, '/endpoint/url'],
    ['a timeout of a day', { endpoint: { url: 'http://example.com/', timeout: '1d' } }, '/endpoint/timeout'],
    ['a remote $ref', { payload: { $ref: 'https://example.com/schema' } }, '/payload/$ref'],
    ['a schema that is none', { payload: { type: 'thing' } }, '/payload/type'],
    ['a schema beyond 64 KiB', { payload: { description: 'x'.repeat(70_000) } }, '/payload'],
    ["a queue of the platform's", { queue: { name: 'events' } }, '/queue/name'],
    ['retries without a backoff', { retries: 2, backoff: [] }, '/backoff'],
  ])('refuses %s', async (_, wish, pointer) => {
    const { status, body } = await put<Problem>('answer.bad', { ...wishFor('/ok'), ...wish });
    expect({ status, body }).toMatchObject({ status: 422, body: { code: 'invalid_request' } });
    expect(body.errors!.map((fault) => fault.pointer)).toContain(pointer);
  });

  it('refuses a name of the platform, a queue of workers, a body of 1 MiB, and takes a pattern that would backtrack', async () => {
    const codeOf = async (type: string, wish: object) =>
      (await put<Problem>(type, { ...wishFor('/ok'), ...wish })).body.code;
    expect(await codeOf('probe.run', {})).toBe('job_type_taken');
    expect(await codeOf('answer.bad', { queue: { name: 'probe' } })).toBe('job_type_taken');
    expect(await codeOf('Not A Name', {})).toBe('invalid_job_type');
    expect(await codeOf('answer.bad', { payload: { description: 'x'.repeat(1024 * 1024) } })).toBe(
      'body_too_large',
    );
    const pattern = { type: 'object', properties: { text: { type: 'string', pattern: '^(a+)+$' } } };
    expect((await put('answer.pattern', { ...wishFor('/ok'), payload: pattern })).status).toBe(200);
    // Backtracking would take longer than the universe has.
    const refused = await platform.api.submit('answer.pattern', { text: `${'a'.repeat(50_000)}!` });
    expect(refused).toMatchObject({ status: 422, body: { code: 'invalid_payload' } });
  });

  it('takes a type back at once, although it is served', async () => {
    const { status } = await platform.api.request('DELETE', '/v1/job-types/answer.html');
    expect(status).toBe(204);
    expect(await platform.api.submit('answer.html', {})).toMatchObject({
      status: 422,
      body: { code: 'unknown_type' },
    });
  });
});
