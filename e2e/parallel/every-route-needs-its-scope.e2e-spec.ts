import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createdApiKeySchema, isGranted, problemSchema, scopes, type Scope } from '@jobstream/contracts/rest';
import { ApiClient, DatabaseProxy, makeFirstApiKey, Platform, type Answer } from '@jobstream/testing';

interface Route {
  readonly method: string;
  readonly path: string;
  readonly access?: Scope | 'any' | 'open';
}

describe('every route needs its scope', () => {
  let database: DatabaseProxy;
  let platform: Platform;
  let first: string;
  let admin: ApiClient;
  let routes: Route[];
  beforeAll(async () => {
    database = await DatabaseProxy.open(process.env.DATABASE_URL!);
    platform = await Platform.start({
      services: {},
      environment: { DATABASE_URL: database.url, API_KEYS_REQUIRED: 'true', CAUGHT_MAIL_DIR: '/nowhere' },
    });
    first = await makeFirstApiKey(platform.environment());
    const api = await platform.launch('api');
    admin = new ApiClient(api.url, first);
    routes = (await api.logged(({ msg }) => msg === 'routes')).routes as Route[];
  });
  afterAll(async () => {
    await platform?.stop();
    await database?.close();
  });

  const make = async (request: object) => {
    const { status, body } = await admin.post('/v1/api-keys', { name: 'a test', ...request });
    expect(status).toBe(201);
    return createdApiKeySchema.parse(body);
  };
  const call = ({ method, path }: Route, key?: string) =>
    new ApiClient(admin.url, key).request(method, path.replaceAll(/:\w+/g, 'none'), {
      // A revoked key's route may be one that streams.
      headers: { connection: 'close' },
    });
  const problemOf = ({ body }: Answer) => {
    const { instance: _, ...problem } = problemSchema.parse(body);
    return problem;
  };

  /** The whole audit, page by page. */
  async function readAudit(): Promise<{ action: string }[]> {
    const entries: { action: string }[] = [];
    for (let cursor: string | null = ''; cursor !== null;) {
      const after: string = cursor === '' ? '' : `&cursor=${cursor}`;
      const { body } = await admin.get<{ items: { action: string }[]; next: string | null }>(
        `/v1/audit?limit=7${after}`,
      );
      entries.push(...body.items);
      cursor = body.next;
    }
    return entries;
  }

  it('declared: open ones are health, sessions and the shell of the console alone', () => {
    expect(routes.filter(({ access }) => access === undefined)).toEqual([]);
    const open = new Set(routes.filter(({ access }) => access === 'open').map(({ path }) => path));
    expect([...open].sort()).toEqual([
      '/console',
      '/console/:page',
      '/console/:page/:item',
      '/console/assets/:asset',
      '/health/live',
      '/health/ready',
      '/v1/session',
    ]);
    expect(routes.map(({ path }) => path)).toEqual(
      expect.arrayContaining(['/metrics', '/dev/mail', '/v1/audit']),
    );
  });

  it('and health tells more than what is up to readers alone', async () => {
    const [reader, submitter] = [await make({ scopes: ['read'] }), await make({ scopes: ['submit'] })];
    const read = async (key?: string) => {
      const { status, body } = await new ApiClient(admin.url, key).get<{ checks: Record<string, unknown> }>(
        '/health/ready',
      );
      expect(status).toBe(200);
      return body.checks;
    };
    expect((await read(reader.key)).kafka).toEqual({ ok: true, detail: { brokers: 1 } });
    for (const key of [undefined, 'jsk_nonsense', submitter.key]) {
      const parts = Object.values(await read(key));
      expect(parts.length).toBeGreaterThan(2);
      for (const part of parts) expect(part).toEqual({ ok: true });
    }
  });

  it('without a key, with an unknown, a mistyped, a revoked or an expired one: 401, the same body', async () => {
    const [revoked, expired] = [
      await make({ scopes: ['admin'] }),
      await make({ scopes: ['admin'], expiresIn: '1ms' }),
    ];
    const other = await make({ scopes: ['admin'] });
    await admin.request('DELETE', `/v1/api-keys/${revoked.id}`);
    const mistyped = `${other.key.slice(0, -1)}${other.key.endsWith('x') ? 'y' : 'x'}`;
    const guarded = routes.filter(({ access, method }) => access !== 'open' && method !== 'HEAD');
    const bodies = new Set<string>();
    for (const route of guarded) {
      for (const key of [undefined, 'jsk_none', mistyped, revoked.key, expired.key]) {
        const answer = await call(route, key);
        expect([route, answer.status]).toEqual([route, 401]);
        expect(answer.headers.get('www-authenticate')).toBe('Bearer realm="jobstream"');
        bodies.add(JSON.stringify(problemOf(answer)));
      }
    }
    expect(bodies.size).toBe(1);
    console.log(`${guarded.length} routes: 401 without a key and with four kinds of bad ones, one body`);
  });

  it('with a key of another scope: 403; of one that includes it: served', async () => {
    const keys = new Map<Scope, string>();
    for (const scope of scopes) keys.set(scope, (await make({ scopes: [scope] })).key);
    let [refused, served] = [0, 0];
    for (const route of routes) {
      const { access } = route;
      if (access === undefined || access === 'open' || route.method === 'HEAD') continue;
      for (const [scope, key] of keys) {
        const { status } = await call(route, key);
        const granted = access === 'any' || isGranted([scope], access);
        expect([route, scope, status === 403]).toEqual([route, scope, !granted]);
        expect(status).not.toBe(401);
        if (granted) served += 1;
        else refused += 1;
      }
    }
    console.log(`${refused} pairs of route and scope refused with 403, ${served} served`);
  });

  it('and the limit of its key: 429 with whole seconds, for this key alone', async () => {
    const { key } = await make({ scopes: ['read'], rateLimit: { requests: 3, windowSeconds: 600 } });
    const client = new ApiClient(admin.url, key);
    const answers = [];
    for (let nth = 0; nth < 4; nth++) answers.push(await client.get('/v1/schedules'));
    expect(answers.map(({ status }) => status)).toEqual([200, 200, 200, 429]);
    expect(answers.map(({ headers }) => headers.get('ratelimit'))[0]).toMatch(/^"key";r=2;t=\d+$/);
    const { headers, body } = answers[3]!;
    expect(headers.get('ratelimit-policy')).toBe('"key";q=3;w=600');
    expect(headers.get('retry-after')).toMatch(/^(200|19\d)$/);
    expect(problemSchema.parse(body).code).toBe('rate_limited');
    expect((await admin.get('/v1/schedules')).status).toBe(200);
  });

  it('and a session stands for its key, for pages of the server alone, until its key ends', async () => {
    const { id, key } = await make({ owner: 'night watch', scopes: ['read', 'submit'], expiresIn: '1h' });
    const visitor = new ApiClient(admin.url);
    const signIn = (text: string) => visitor.post('/v1/session', { key: text });
    expect(await signIn('jsk_none')).toMatchObject({ status: 401, body: { code: 'unauthenticated' } });
    const signedIn = await signIn(key);
    const caller = { keysRequired: true, keyId: id, owner: 'night watch', scopes: ['read', 'submit'] };
    expect(signedIn).toMatchObject({ status: 200, body: caller });
    const cookie = signedIn.headers.get('set-cookie')!;
    expect(cookie).toMatch(/^jobstream=jsk_\w+; Path=\/; HttpOnly; SameSite=Strict$/);
    const ask = async (method: string, path: string, headers: Record<string, string>) => {
      const sent = { cookie: cookie.split(';', 1)[0]!, ...headers };
      return visitor.request(method, path, { headers: sent });
    };
    const proof = { 'x-jobstream-console': '1' };
    const { status, body } = await ask('GET', '/v1/me', proof);
    expect([status, body]).toEqual([200, { ...caller, expiresInSeconds: expect.any(Number) }]);
    expect(body.expiresInSeconds).toBeGreaterThan(3_000);
    expect((await ask('GET', '/docs', { 'sec-fetch-site': 'none' })).status).toBe(200);
    expect((await ask('GET', '/v1/schedules', { 'sec-fetch-site': 'same-site' })).status).toBe(401);
    expect((await ask('POST', '/v1/schedules/none/fire', {})).status).toBe(401);
    expect((await ask('POST', '/v1/schedules/none/fire', proof)).status).toBe(403);
    const foreign = { ...proof, 'sec-fetch-site': 'cross-site' };
    expect((await ask('POST', '/v1/schedules/none/fire', foreign)).body.code).toBe('cross_site_request');
    const signedOut = await ask('DELETE', '/v1/session', {});
    expect([signedOut.status, signedOut.headers.get('set-cookie')]).toEqual([
      204,
      'jobstream=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict',
    ]);
    await admin.request('DELETE', `/v1/api-keys/${id}`);
    expect((await ask('GET', '/v1/me', proof)).status).toBe(401);
  });

  it('and so do the jobs that only operators may make, alone, in a batch and where they ship', async () => {
    const [submitter, operator] = await Promise.all(
      [['submit'], ['operate']].map(async (scopes) => new ApiClient(admin.url, (await make({ scopes })).key)),
    );
    const probe = { type: 'probe.run', payload: {} };
    const crash = { type: 'probe.run', payload: { failTimes: 1, failWith: 'crash' } };
    const cleanup = { type: 'cleanup-old-files', payload: {} };
    for (const job of [crash, cleanup]) {
      const refused = await submitter!.post('/v1/jobs', job);
      expect(refused).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
      expect((await operator!.post('/v1/jobs', job)).status).toBe(202);
    }
    const mixed = await submitter!.post('/v1/jobs/batch', { items: [crash, probe, cleanup] });
    expect(mixed).toMatchObject({ status: 202, body: { accepted: 1, rejected: 2 } });
    expect(mixed.body.items).toMatchObject([
      { index: 0, error: { code: 'insufficient_scope' } },
      { index: 1, id: expect.any(String) },
      { index: 2, error: { code: 'insufficient_scope' } },
    ]);
    const none = await submitter!.post('/v1/jobs/batch', { items: [crash, cleanup] });
    expect(none).toMatchObject({ status: 403, body: { code: 'insufficient_scope' } });
    const schedule = {
      body: JSON.stringify({ every: '1h', job: cleanup }),
      headers: { 'content-type': 'application/json' },
    };
    expect((await submitter!.request('PUT', '/v1/schedules/mine', schedule)).status).toBe(403);
    expect((await operator!.request('PUT', '/v1/schedules/mine', schedule)).status).toBe(200);
  });

  it('and who owns the key owns its Idempotency-Keys', async () => {
    const idempotencyKey = randomUUID();
    const submit = async (owner: string) => {
      const { key } = await make({ owner, scopes: ['submit'] });
      const client = new ApiClient(admin.url, key);
      return (await client.submit('probe.run', {}, { 'idempotency-key': idempotencyKey })).body.id;
    };
    const [web, rotated, other] = [await submit('web'), await submit('web'), await submit('other')];
    expect(rotated).toBe(web);
    expect(other).not.toBe(web);
  });

  it('and every change is in the audit, without bodies and secrets, as is what was not allowed', async () => {
    const { id, key } = await make({ name: 'audited', owner: 'auditor', scopes: ['submit'] });
    const client = new ApiClient(admin.url, key);
    const { body: job } = await client.submit('probe.run', { note: 'a-private-note' });
    await client.get('/v1/audit');
    await admin.request('DELETE', `/v1/api-keys/${id}`);
    await client.submit('probe.run', {});
    const page = () => admin.get<{ items: Record<string, unknown>[] }>(`/v1/audit?keyId=${id}`);
    let items: Record<string, unknown>[] = [];
    while (items.length < 2) ({ items } = (await page()).body);
    expect(items).toEqual([
      expect.objectContaining({ action: 'GET /v1/audit', status: 403 }),
      {
        at: expect.any(String),
        who: 'auditor',
        keyId: id,
        status: 202,
        action: 'POST /v1/jobs',
        target: `/v1/jobs/${job.id as string}`,
        requestId: expect.stringMatching(/^\/requests\//),
      },
    ]);
    const everything = await readAudit();
    const actions = everything.map(({ action }) => action);
    expect(actions.at(-1)).toBe('create-key');
    expect(actions).toContain('DELETE /v1/api-keys/:id');
    const log = JSON.stringify(platform.one('api').log);
    for (const text of [JSON.stringify(everything), log]) {
      expect(text).not.toContain('a-private-note');
      for (const secret of [key, first]) expect(text).not.toContain(secret.split('_')[2]);
    }
    console.log(`${everything.length} audit entries, no secret and no payload in them or in the log`);
  });

  it('also while Postgres is away: a key seen before stays valid, another one answers 503', async () => {
    const [seen, unseen] = [await make({ scopes: ['submit'] }), await make({ scopes: ['submit'] })];
    const submit = (key: string) => new ApiClient(admin.url, key).submit('probe.run', {});
    expect((await submit(seen.key)).status).toBe(202);
    database.cut();
    expect((await submit(seen.key)).status).toBe(202);
    expect(await submit(unseen.key)).toMatchObject({ status: 503, body: { code: 'database_unavailable' } });
    database.mend();
  });
});
