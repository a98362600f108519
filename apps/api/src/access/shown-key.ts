import type { FastifyRequest } from 'fastify';
import { keyInCookie } from './session-cookie.js';

/** The API key that a request shows: in `Authorization`, else in the cookie of a session; undefined for none. */
export function keyIn(request: FastifyRequest): string | undefined {
  const { authorization } = request.headers;
  if (authorization === undefined) return keyInCookie(request);
  return /^Bearer +(\S+) *$/i.exec(authorization)?.[1];
}
