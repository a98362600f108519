import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { instanceOf } from '../http/problem-reply.js';
import type { AuditTrail } from './audit-trail.js';
import type { NotedEntry } from './noted-entry.js';

const reading = new Set(['GET', 'HEAD', 'OPTIONS']);
const maxTargetCharacters = 1_000;

/**
 * Notes every request that was to change something and came with a valid key, and every one that lacked a scope.
 * Before its answer leaves: what a caller does in turn, each after the answer to the last, stands in that order.
 */
export function auditRequests(server: FastifyInstance, trail: AuditTrail): void {
  server.addHook('onSend', (request, reply, _payload, done) => {
    const { url } = request.routeOptions;
    if (url !== undefined && isAudited(request, reply)) trail.note(entryOf(request, reply, url));
    done();
  });
}

/** Strangers are not noted, nor what was turned away by a limit: both could push out what was done. */
function isAudited({ method, caller, routeOptions }: FastifyRequest, { statusCode }: FastifyReply): boolean {
  if (statusCode === 401 || statusCode === 421 || statusCode === 429) return false;
  // Without a caller nobody lacks a scope: the page of another site was refused.
  if (statusCode === 403) return caller !== null;
  if (routeOptions.config.access === 'open' && caller === null) return false;
  // What readers may do changes nothing, whatever its method.
  if (routeOptions.config.access === 'read') return false;
  return !reading.has(method);
}

function entryOf(request: FastifyRequest, reply: FastifyReply, route: string): NotedEntry {
  const location = reply.getHeader('location');
  const target = typeof location === 'string' ? location : request.url.split('?', 1)[0]!;
  return {
    who: request.caller?.owner ?? null,
    keyId: request.caller?.keyId ?? null,
    action: `${request.method} ${route}`,
    target: target.slice(0, maxTargetCharacters),
    requestId: instanceOf(request),
    status: reply.statusCode,
  };
}
