import type { RouteContract } from '@jobstream/contracts/openapi';
import { isGranted, type Scope } from '@jobstream/contracts/rest';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem-error.js';
import { unauthenticated, type Caller, type KeyRing } from './key-ring.js';
import { keyIn } from './shown-key.js';
import type { TokenTaken } from './token-bucket.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** The holder of the request's API key; null where no key is needed. */
    caller: Caller | null;
    /** On an open route with `more`: whether the request may be told more than everyone. */
    mayHearMore: boolean;
  }
  interface FastifyContextConfig {
    /** The scope that the route needs; one without it is closed to everyone. */
    access?: RouteContract['scope'];
    /** Of an open route: the scope whose holders are told more. */
    more?: Scope;
  }
}

/** A registered route and who may use it; undefined: nobody. */
export interface GuardedRoute {
  readonly method: string;
  readonly path: string;
  readonly access: RouteContract['scope'] | undefined;
}

/**
 * Lets only those use a route who may, before anything of a body is read. A route that does not declare who that is lets
 * nobody. Returns the routes, which grow as they are registered.
 * @param keys undefined: no key is needed
 */
export function guardRoutes(server: FastifyInstance, keys: KeyRing | undefined): readonly GuardedRoute[] {
  const routes: GuardedRoute[] = [];
  server.decorateRequest('caller', null);
  server.decorateRequest('mayHearMore', false);
  server.addHook('onRoute', ({ method, url, config }) => {
    for (const each of [method].flat()) routes.push({ method: each, path: url, access: config?.access });
  });
  server.addHook('onRequest', (request, reply, done) => {
    const { url, config } = request.routeOptions;
    // Everyone may be told that no route exists.
    if (url === undefined) return done();
    if (config.access === 'open') {
      if (config.more === undefined) return done();
      judge(request, config.more, keys).then(() => done(), done);
      return;
    }
    if (config.access === undefined) return done(undeclared());
    if (!keys) return done();
    admit(request, reply, config.access, keys).then(() => done(), done);
  });
  return routes;
}

/** On an open route nobody is refused for the key that they send. */
async function judge(request: FastifyRequest, more: Scope, keys: KeyRing | undefined): Promise<void> {
  const text = keyIn(request);
  request.mayHearMore = !keys || (text !== undefined && (await isHolder(text, more, keys)));
}

async function isHolder(text: string, scope: Scope, keys: KeyRing): Promise<boolean> {
  const caller = await keys.identify(text).catch(() => undefined);
  return caller !== undefined && isGranted(caller.scopes, scope);
}

async function admit(
  request: FastifyRequest,
  reply: FastifyReply,
  needed: Scope | 'any',
  keys: KeyRing,
): Promise<void> {
  const text = keyIn(request);
  if (text === undefined) throw unauthenticated();
  const caller = await keys.identify(text);
  request.caller = caller;
  const { isAllowed, remaining, nextInSeconds } = countTraffic(request, reply, caller, keys);
  const { requests, windowSeconds } = caller.rateLimit;
  // draft-ietf-httpapi-ratelimit-headers-11
  reply.headers({
    'ratelimit-policy': `"key";q=${requests};w=${windowSeconds}`,
    ratelimit: `"key";r=${remaining};t=${nextInSeconds}`,
  });
  if (!isAllowed) {
    reply.header('retry-after', nextInSeconds);
    const detail = `This key may make ${requests} requests in ${windowSeconds} s, of which each 256 KiB counts as one more. Send it again in ${nextInSeconds} s.`;
    throw new ProblemError('rate_limited', detail);
  }
  if (needed !== 'any' && !isGranted(caller.scopes, needed)) {
    const detail = `This needs a key with the scope \`${needed}\`; this one has ${caller.scopes.map((scope) => `\`${scope}\``).join(', ')}.`;
    throw new ProblemError('insufficient_scope', detail);
  }
}

/** Counts a request with what it says of its body, and when it is over the other bytes that its connection has moved for it. */
function countTraffic(
  { headers, raw: { socket } }: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  keys: KeyRing,
): TokenTaken {
  const declared = Number(headers['content-length'] ?? 0);
  const taken = keys.count(caller, declared);
  if (!taken.isAllowed) return taken;
  const { bytesRead, bytesWritten } = socket;
  reply.raw.once('close', () => {
    const undeclared = Math.max(0, socket.bytesRead - bytesRead - declared);
    keys.countBytes(caller, undeclared + socket.bytesWritten - bytesWritten);
  });
  return taken;
}

function undeclared(): ProblemError {
  return new ProblemError('insufficient_scope', 'The route does not declare who may use it: nobody may.');
}
