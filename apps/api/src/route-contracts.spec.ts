import { beforeAll, describe, expect, it } from '@jest/globals';
import { routeContracts } from '@jobstream/contracts/openapi';
import { EmptyApi } from './api-server.fixture-spec.js';
import { Route } from './http/route.js';

const howToDeclare =
  'Declare it in libs/contracts/src/openapi/routes/: a RouteContract with its parameters, body, answers and problem codes.';
const howToServe = 'Nothing serves it: add it to a controller of ApiModule, or remove its RouteContract.';

const withoutNames = (route: string) => route.replaceAll(/:\w+|\{\w+\}/g, '{}');

describe('the routes of the server', () => {
  const served: string[] = [];
  beforeAll(async () => {
    const api = await EmptyApi.open();
    served.push(
      ...api.routes.filter(({ method }) => method !== 'HEAD').map(({ method, path }) => `${method} ${path}`),
    );
    await api.close();
  });

  it('are all declared', () => {
    const declared = new Set(routeContracts([]).map(({ route }) => withoutNames(route)));
    const missing = served.filter((route) => !declared.has(withoutNames(route)));
    expect(missing.map((route) => `${route}: ${howToDeclare}`)).toEqual([]);
    expect(served.length).toBeGreaterThan(20);
  });

  it('can not be served without a contract', () => {
    expect(() => Route('GET /nowhere')).toThrow(/No RouteContract declares GET \/nowhere/);
  });

  it('are all that is declared', () => {
    const routes = new Set(served.map(withoutNames));
    const unserved = routeContracts([]).filter(({ route }) => !routes.has(withoutNames(route)));
    expect(unserved.map(({ route }) => `${route}: ${howToServe}`)).toEqual([]);
  });
});
