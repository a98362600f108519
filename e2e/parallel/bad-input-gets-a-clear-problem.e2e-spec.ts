import { request } from 'node:http';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { problemSchema } from '@jobstream/contracts/rest';
import { eventually, Platform, readTopics, type Answer } from '@jobstream/testing';
import { photograph } from '../photograph.js';

const json = { 'content-type': 'application/json' };
const probe = { type: 'probe.run', payload: {} };

describe('bad input gets a clear problem document and nothing is accepted', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1 } });
  });
  afterAll(async () => {
    expect(await readTopics([platform.topics.requests('probe'), platform.topics.requests('image')])).toEqual(
      [],
    );
    await platform.stop();
  });

  function expectProblem(answer: Answer<unknown>, status: number, code: string): Record<string, unknown> {
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(answer).toMatchObject({ status, body: { status, code } });
    return problemSchema.parse(answer.body);
  }

  const post = (body: unknown, path = '/v1/jobs') => platform.api.post<unknown>(path, body);
  const raw = (method: string, path: string, body: string | Uint8Array, headers: Record<string, string>) =>
    platform.api.request<unknown>(method, path, { body, headers });

  it('unknown type', async () => {
    expectProblem(await post({ type: 'nobody.knows', payload: {} }), 422, 'unknown_type');
  });

  it('payload that breaks the schema: the path of each fault', async () => {
    const problem = expectProblem(
      await post({ type: 'image.thumbnail', payload: { imageId: '../etc', width: 0, extra: 1 } }),
      422,
      'invalid_payload',
    );
    const pointers = (problem.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers.sort()).toEqual(['/payload/extra', '/payload/imageId', '/payload/width']);
  });

  it.each([
    ['an unknown field', { ...probe, runsAt: 'now' }, 422, 'invalid_request'],
    ['no type', { payload: {} }, 422, 'invalid_request'],
    ['an array', [probe], 422, 'invalid_request'],
    ['null', null, 422, 'invalid_request'],
  ])('%s', async (_, body, status, code) => {
    expectProblem(await post(body), status, code);
  });

  it('malformed JSON, an empty body, another content type, none', async () => {
    expectProblem(await raw('POST', '/v1/jobs', '{"type":', json), 400, 'malformed_json');
    expectProblem(await raw('POST', '/v1/jobs', '', json), 422, 'invalid_request');
    expectProblem(
      await raw('POST', '/v1/jobs', 'type=x', { 'content-type': 'text/plain' }),
      415,
      'unsupported_media_type',
    );
  });

  it.each([
    ['POST', '/v1/jobs', '{"type":"probe.run","payload":{"sleepMs":9007199254740993}}', '/payload/sleepMs'],
    ['POST', '/v1/jobs', '{"type":"probe.run","payload":{"a":[0.1,{"b":1e400}]}}', '/payload/a/1/b'],
    [
      'PUT',
      '/v1/schedules/big',
      '{"every":"60s","job":{"type":"probe.run","payload":{"n":-1e999}}}',
      '/job/payload/n',
    ],
    [
      'POST',
      '/v1/replays',
      '{"source":"history","queue":"probe","why":"x","patch":[{"op":"add","path":"/n","value":12345678901234567890}]}',
      '/patch/0/value',
    ],
  ])('a number that would change: %s %s', async (method, path, body, pointer) => {
    const problem = expectProblem(await raw(method, path, body, json), 422, 'invalid_request');
    expect(problem.errors).toEqual([{ pointer, detail: expect.stringContaining('Send it as a string') }]);
  });

  it('a number that would change in an item of a batch: the fault of that item', async () => {
    const items = [1, 12345678901234567890n, 0.5].map((n) => `{"type":"no.type","payload":{"n":${n}}}`);
    const body = `{"items":[${items.join()}]}`;
    const problem = expectProblem(await raw('POST', '/v1/jobs/batch', body, json), 422, 'invalid_request');
    const pointers = (problem.errors as { pointer: string }[]).map(({ pointer }) => pointer);
    expect(pointers).toEqual(['/items/0/type', '/items/1/payload/n', '/items/2/type']);
  });

  it.each(['\\u0000', '\\ud83d'])('text that can not be stored as it is: %s', async (escape) => {
    const text = `"a${escape}b"`;
    const bodies: [string, string, string][] = [
      ['POST', '/v1/jobs', `{"type":"probe.run","payload":{},"submittedFor":${text}}`],
      ['POST', '/v1/jobs', `{"type":"probe.run","payload":{},"orderingKey":${text}}`],
      [
        'PUT',
        '/v1/schedules/nul',
        `{"every":"60s","job":{"type":"probe.run","payload":{},"submittedFor":${text}}}`,
      ],
      ['POST', '/v1/rebuilds', `{"why":${text}}`],
      ['POST', '/v1/replays', `{"source":"history","queue":"probe","why":${text}}`],
      ['POST', '/v1/jobs/0190163d-8694-739b-aea5-966c26f8ad91/replay', `{"why":${text}}`],
      ['POST', '/v1/api-keys', `{"name":${text},"scopes":["read"]}`],
      ['POST', '/v1/actions', `{"action":"cancel","q":"queue:probe","why":${text}}`],
      ['POST', '/v1/actions', `{"action":"cancel","q":${text},"dryRun":true}`],
      ['POST', '/signup', `{"email":${text}}`],
      ['POST', '/signup', `{"email":"ada@example.com","name":${text}}`],
      ['PUT', '/v1/queues/probe/limits', `{"perKey":{"field":${text},"rate":"5/s"}}`],
    ];
    for (const [method, path, body] of bodies)
      expectProblem(await raw(method, path, body, json), 422, 'invalid_request');
    const query = encodeURIComponent(JSON.parse(escape === '\\u0000' ? text : '"a"') as string);
    for (const path of [`/v1/jobs?submittedFor=${query}&type=${query}&queue=${query}`, `/v1/jobs/${query}`])
      expect((await platform.api.get(path)).status).toBeLessThan(500);
  });

  it('a prototype in disguise is only a field', async () => {
    const answer = await raw(
      'POST',
      '/v1/jobs',
      '{"type":"probe.run","payload":{"__proto__":{"sleepMs":1}}}',
      json,
    );
    expect([400, 422]).toContain(answer.status);
  });

  it('a body over 256 KiB, a batch over 32 MiB or 10,000 items, an item over 256 KiB', async () => {
    const big = { ...probe, payload: { note: 'x'.repeat(256 * 1024) } };
    expectProblem(await post(big), 413, 'body_too_large');
    expectProblem(await post({ items: Array(10_001).fill(probe) }, '/v1/jobs/batch'), 413, 'too_many_items');
    const heavy = `{"items":[${Array(33)
      .fill(`"${'x'.repeat(1024 * 1024)}"`)
      .join()}]}`;
    expectProblem(await raw('POST', '/v1/jobs/batch', heavy, json), 413, 'body_too_large');
    const mixed = await post({ items: [big, { type: 'nobody.knows', payload: {} }] }, '/v1/jobs/batch');
    expect(mixed.status).toBe(422);
  });

  it('a bad id, an unknown job, an unknown route', async () => {
    expectProblem(await platform.api.get('/v1/jobs/7'), 400, 'invalid_job_id');
    // Right after the start the rows may not have come so far: then the answer is 503 and says to ask again.
    await eventually(async () =>
      expectProblem(
        await platform.api.get('/v1/jobs/0190163d-8694-739b-aea5-966c26f8ad91'),
        404,
        'job_not_found',
      ),
    );
    expectProblem(await platform.api.get('/nowhere'), 404, 'route_not_found');
    expectProblem(await platform.api.get('/tasks/..%2f..%2fetc'), 400, 'invalid_job_id');
  });

  it('an Idempotency-Key that is none', async () => {
    const answer = await platform.api.post('/v1/jobs', probe, { 'idempotency-key': 'x'.repeat(256) });
    expectProblem(answer, 400, 'invalid_idempotency_key');
  });

  it('an upload that is no image, another kind of image, an empty one, one over 25 MiB', async () => {
    const put = (body: Uint8Array, type = 'image/jpeg') =>
      raw('PUT', '/images/bad', body, { 'content-type': type });
    const heic = Buffer.from('000000186674797068656963000000006d69663168656963', 'hex');
    expectProblem(
      await put(Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"/>'), 'image/svg+xml'),
      415,
      'unsupported_image',
    );
    expectProblem(await put(heic, 'image/heic'), 415, 'unsupported_image');
    expectProblem(await put(Buffer.from('hello')), 415, 'unsupported_image');
    expectProblem(await put(Buffer.alloc(0)), 415, 'unsupported_image');
    const huge = Buffer.concat([photograph, Buffer.alloc(26 * 1024 * 1024)]);
    expectProblem(await put(huge), 413, 'upload_too_large');
    expectProblem(await platform.api.get('/images/bad/thumbnail'), 404, 'image_not_found');
    expectProblem(await platform.api.post('/images/bad/process', {}), 404, 'image_not_found');
    expectProblem(
      await raw('PUT', '/images/..%2f..%2fpasswd', photograph, { 'content-type': 'image/jpeg' }),
      400,
      'invalid_image_id',
    );
  });

  it('what Fastify refuses before Nest sees it', async () => {
    expectProblem(await platform.api.get('/v1/jobs/%E0%A4%A'), 400, 'malformed_request');
    expectProblem(
      await platform.api.request<unknown>('GET', '/health/live', {
        headers: { 'x-big': 'x'.repeat(20_000) },
      }),
      431,
      'headers_too_large',
    );
  });

  it('a method the route does not have', async () => {
    const answer = await platform.api.request<unknown>('DELETE', '/v1/jobs');
    expectProblem(answer, 405, 'method_not_allowed');
    expect(answer.headers.get('allow')).toBe('GET, HEAD, POST');
  });

  it('a body cut off half-way leaves nothing', async () => {
    const { port } = new URL(platform.api.url);
    await new Promise<void>((resolve) => {
      const half = request({
        port,
        method: 'POST',
        path: '/v1/jobs',
        headers: { ...json, 'content-length': '100' },
      });
      half.on('error', () => resolve()).on('close', () => resolve());
      half.write('{"type":"probe.run",');
      setImmediate(() => half.destroy());
    });
    expect((await platform.api.get('/health/live')).status).toBe(200);
  });
});
