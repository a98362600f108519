import { describe, expect, it } from '@jest/globals';
import { fastify } from 'fastify';
import type { RouteAccess } from './access.js';
import { guardRoutes } from './access-check.js';
import { KeyRing } from './key-ring.js';

const none = new KeyRing({ find: async () => new Map(), touch: async () => undefined });

async function answerOf(access: RouteAccess | undefined, keys: KeyRing | undefined): Promise<string> {
  const server = fastify();
  const routes = guardRoutes(server, keys);
  server.setErrorHandler((error: { code?: string }, _, reply) => reply.send(error.code));
  server.get('/x', { ...(access && { config: { access } }) }, () => 'served');
  const address = await server.listen({ host: '127.0.0.1', port: 0 });
  const body = await (await fetch(`${address}/x`)).text();
  await server.close();
  expect(routes).toContainEqual({ method: 'GET', path: '/x', access });
  return body;
}

describe('a route', () => {
  it('that does not declare who may use it is closed, keys or not', async () => {
    expect(await answerOf(undefined, none)).toBe('insufficient_scope');
    expect(await answerOf(undefined, undefined)).toBe('insufficient_scope');
  });

  it('that is open needs nothing', async () => {
    expect(await answerOf('open', none)).toBe('served');
  });

  it('that needs a scope needs a key only where keys are required', async () => {
    expect(await answerOf('read', none)).toBe('unauthenticated');
    expect(await answerOf('read', undefined)).toBe('served');
  });
});
