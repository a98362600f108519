import { describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { Readable } from 'node:stream';
import { issueKey } from '@jobstream/access';
import type { RouteContract } from '@jobstream/contracts/openapi';
import { fastify } from 'fastify';
import { guardRoutes } from './access-check.js';
import { KeyRing } from './key-ring.js';

const MiB = 1024 * 1024;
const none = new KeyRing({ find: async () => new Map(), touch: async () => undefined });

async function answerOf(
  access: RouteContract['scope'] | undefined,
  keys: KeyRing | undefined,
): Promise<string> {
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
  it('is closed to everyone when it declares no scope', async () => {
    expect(await answerOf(undefined, none)).toBe('insufficient_scope');
    expect(await answerOf(undefined, undefined)).toBe('insufficient_scope');
  });

  it('lets everyone through without a key when it is open', async () => {
    expect(await answerOf('open', none)).toBe('served');
  });

  it('needs a key for its scope only when keys are required', async () => {
    expect(await answerOf('read', none)).toBe('unauthenticated');
    expect(await answerOf('read', undefined)).toBe('served');
  });
});

describe('an open route', () => {
  const keyOf = (scope: 'read' | 'submit') => {
    const { id, hash, text } = issueKey(Date.now());
    const rateLimit = { requests: 1, windowSeconds: 60 };
    const row = { id, hash, owner: 'web', scopes: [scope], rateLimit, isRevoked: false, remainingMs: null };
    return { text, row };
  };
  const [reader, submitter] = [keyOf('read'), keyOf('submit')];
  const source = {
    find: async () => new Map([reader, submitter].map(({ row }) => [row.id, row])),
    touch: async () => undefined,
  };
  const away = { ...source, find: () => Promise.reject(new Error('no database')) };

  it.each([
    ['a key with the scope', new KeyRing(source), reader.text, true],
    ['a key without it', new KeyRing(source), submitter.text, false],
    ['an invalid key', new KeyRing(source), 'jsk_nonsense', false],
    ['no key', new KeyRing(source), undefined, false],
    ['a key that can not be looked up', new KeyRing(away), reader.text, false],
    ['no key where none is needed', undefined, undefined, true],
  ])('serves everyone, and tells more only to readers: %s', async (_, keys, text, hearsMore) => {
    const server = fastify();
    guardRoutes(server, keys);
    server.get('/x', { config: { access: 'open', more: 'read' } }, ({ mayHearMore }) => ({ mayHearMore }));
    const headers = new Headers(text === undefined ? {} : { authorization: `Bearer ${text}` });
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    const answer = await fetch(`${address}/x`, { headers });
    expect([answer.status, await answer.json()]).toEqual([200, { mayHearMore: hearsMore }]);
    await server.close();
  });
});

describe('the limit of a key', () => {
  it('counts the bytes of bodies and answers, declared or not, streamed or not', async () => {
    const { id, hash, text } = issueKey(Date.now());
    const rateLimit = { requests: 100, windowSeconds: 86_400 };
    const row = { id, hash, owner: 'web', scopes: ['submit' as const], rateLimit };
    const known = new Map([[id, { ...row, isRevoked: false, remainingMs: null }]]);
    const ring = new KeyRing({ find: async () => known, touch: async () => undefined });
    const server = fastify({ bodyLimit: 8 * MiB });
    guardRoutes(server, ring);
    const closed: Promise<unknown>[] = [];
    server.addHook('onRequest', (_, reply, done) => {
      closed.push(once(reply.raw, 'close'));
      done();
    });
    server.addContentTypeParser('*', (_request, payload, done) => {
      payload.resume().once('end', () => done(null));
    });
    server.put<{ Querystring: { answer: string } }>('/x', { config: { access: 'submit' } }, ({ query }) =>
      Readable.from([Buffer.alloc(Number(query.answer))]),
    );
    const address = await server.listen({ host: '127.0.0.1', port: 0 });
    const remaining = async (answer: number, body: RequestInit['body']) => {
      const response = await fetch(`${address}/x?answer=${answer}`, {
        method: 'PUT',
        body,
        duplex: 'half',
        headers: { authorization: `Bearer ${text}`, 'content-type': 'image/png' },
      });
      await response.arrayBuffer();
      await closed.at(-1);
      return Number(/r=(\d+)/.exec(response.headers.get('ratelimit')!)![1]);
    };
    const chunked = () =>
      Readable.toWeb(Readable.from([Buffer.alloc(MiB), Buffer.alloc(MiB)])) as RequestInit['body'];
    expect(await remaining(0, 'x')).toBe(99);
    expect(await remaining(0, new Uint8Array(MiB))).toBe(94);
    expect(await remaining(2 * MiB, 'x')).toBe(93);
    expect(await remaining(0, chunked())).toBe(84);
    // Of two mebibytes less than a piece may have been read before the request was counted.
    expect(await remaining(0, 'x')).toBeLessThanOrEqual(76);
    await server.close();
  });
});
