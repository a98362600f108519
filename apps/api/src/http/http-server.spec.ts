import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { routeContracts } from '@jobstream/contracts';
import { EmptyApi } from '../api-server.fixture-spec.js';

let api: EmptyApi;
beforeAll(async () => {
  api = await EmptyApi.open();
});
afterAll(() => api.close());

const routes = routeContracts.map((contract) => {
  const [method, path] = contract.route.split(' ') as [string, string];
  return { contract, method, path: path.replaceAll(/\{\w+\}/g, 'none') };
});

/** In alphabetical order; a path may fit the patterns of several routes. */
function declaredMethods(path: string): string[] {
  const methods = routeContracts.flatMap(({ route }) => {
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
      ...{ status: 405, code: 'method_not_allowed' },
      headers: { allow: 'GET, HEAD, POST' },
    });
    expect(await api.ask('PATCH', '/v1/queues/none/limits?x=/')).toMatchObject({
      ...{ status: 405, headers: { allow: 'DELETE, PUT' } },
    });
  });

  it('is so on every path with every method', async () => {
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

  it('differs from a path that there is not', async () => {
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

describe('the body null', () => {
  it('is refused wherever the document declares an object', async () => {
    const taking = routes.filter(({ contract }) => contract.body?.schema !== undefined);
    expect(taking.length).toBeGreaterThan(10);
    for (const { method, path } of taking) {
      const { status, code } = await api.ask(method, path, { 'content-type': 'application/json' }, 'null');
      expect([method, path, status, code]).toEqual([method, path, 422, 'invalid_request']);
    }
  });
});
