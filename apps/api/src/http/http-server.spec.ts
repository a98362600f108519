import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeContracts } from '@jobstream/contracts/openapi';
import { EmptyApi } from '../api-server.fixture-spec.js';

let api: EmptyApi;
beforeAll(async () => {
  api = await EmptyApi.open();
});
afterAll(() => api.close());

const routes = routeContracts([]).map((contract) => {
  const [method, path] = contract.route.split(' ') as [string, string];
  return { contract, method, path: path.replaceAll(/\{\w+\}/g, 'none') };
});

/** In alphabetical order; a path may fit the patterns of several routes. */
function declaredMethods(path: string): string[] {
  const methods = routeContracts([]).flatMap(({ route }) => {
    const [method, pattern] = route.split(' ') as [string, string];
    const fits = new RegExp(`^${pattern.replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path);
    return fits ? (method === 'GET' ? ['GET', 'HEAD'] : [method]) : [];
  });
  return [...new Set(methods)].sort();
}

const every = ['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND'];

describe('a known path with a method it does not take', () => {
  it('is answered with 405 and the methods it takes', async () => {
    expect(await api.ask('DELETE', '/v1/jobs')).toMatchObject({
      status: 405,
      code: 'method_not_allowed',
      headers: { allow: 'GET, HEAD, POST' },
    });
    expect(await api.ask('PATCH', '/v1/queues/none/limits?x=/')).toMatchObject({
      status: 405,
      headers: { allow: 'DELETE, PUT' },
    });
  });

  it('is answered so on every path for every method', async () => {
    for (const path of new Set(routes.map((route) => route.path))) {
      const served = declaredMethods(path);
      for (const method of every.filter((each) => !served.includes(each))) {
        const { status, code, headers } = await api.ask(method, path);
        const found = method === 'HEAD' ? 'method_not_allowed' : code;
        expect([path, method, status, found]).toEqual([path, method, 405, 'method_not_allowed']);
        expect(headers.allow).toBe(served.join(', '));
      }
    }
  });

  it('differs from a path that does not exist', async () => {
    expect(await api.ask('GET', '/nowhere')).toMatchObject({ status: 404, code: 'route_not_found' });
    expect(await api.ask('POST', '/v1/jobs/')).toMatchObject({ status: 404, code: 'route_not_found' });
  });
});

describe('a request without content', () => {
  const types = ['application/json', 'application/x-www-form-urlencoded', 'text/plain', 'no type'];

  it.each(types)('has no body though it names the type %s', async (type) => {
    for (const { method, path } of routes) {
      if (method === 'GET') continue;
      const [without, named, counted] = [
        await api.ask(method, path),
        await api.ask(method, path, { 'content-type': type }),
        await api.ask(method, path, { 'content-type': type, 'content-length': '0' }),
      ];
      expect([path, named.status, named.code]).toEqual([path, without.status, without.code]);
      expect([path, counted.status, counted.code]).toEqual([path, without.status, without.code]);
    }
  });
});

describe('a page of another site', () => {
  const foreign: Record<string, string>[] = [
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site', origin: 'http://localhost:5173' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
  ];

  it.each(foreign)('changes nothing, on no route: %j', async (headers) => {
    for (const { method, path } of routes.filter((route) => route.method !== 'GET')) {
      const { status, code } = await api.ask(method, path, headers);
      expect([path, method, status, code]).toEqual([path, method, 403, 'cross_site_request']);
    }
  });

  it.each<Record<string, string>>([
    { 'sec-fetch-site': 'same-origin' },
    { 'sec-fetch-site': 'none' },
    { host: 'localhost', origin: 'http://localhost' },
    {},
  ])('is not what sends %j', async (headers) => {
    const { status, code } = await api.ask('POST', '/v1/jobs', headers);
    expect([status, code]).toEqual([422, 'invalid_request']);
  });
});

describe('a host that is not ours', () => {
  it('is refused on every route, and where no route exists', async () => {
    for (const { method, path } of [...routes, { method: 'GET', path: '/nowhere' }]) {
      const { status, code } = await api.ask(method, path, { host: 'evil.example:3000' });
      expect([path, method, status, code]).toEqual([path, method, 421, 'host_not_allowed']);
    }
  });
});

describe('every answer', () => {
  it.each([
    ['GET', '/health/live', 200],
    ['GET', '/docs', 200],
    ['GET', '/docs/open.js', 200],
    ['GET', '/nowhere', 404],
    ['DELETE', '/v1/jobs', 405],
    ['POST', '/v1/jobs', 422],
    ['GET', '/v1/jobs/%E0%A4%A', 400],
  ])('may not be guessed at, framed or embedded by others: %s %s', async (method, path, wanted) => {
    const { status, headers } = await api.ask(method, path);
    expect([status, headers['x-content-type-options'], headers['cross-origin-resource-policy']]).toEqual([
      wanted,
      'nosniff',
      'same-origin',
    ]);
    expect(headers['content-security-policy']).toMatch(/frame-ancestors '(self|none)'/);
  });
});
