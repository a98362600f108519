import type { FastifyInstance } from 'fastify';
import { ProblemError } from './problem-error.js';

/** A registered route: its method, and its path as Fastify writes patterns (`/v1/jobs/:id`). */
export interface RoutePattern {
  readonly method: string;
  readonly path: string;
}

/** The methods that a path takes, in alphabetical order; none where no route has the path. */
export function methodsOf(routes: readonly RoutePattern[], path: string): string[] {
  const segments = path.split('/');
  const methods = routes
    .filter((route) => isMatch(route.path.split('/'), segments))
    .map(({ method }) => method);
  return [...new Set(methods)].sort();
}

function isMatch(pattern: readonly string[], segments: readonly string[]): boolean {
  return (
    pattern.length === segments.length &&
    pattern.every((part, at) => (part.startsWith(':') ? segments[at] !== '' : part === segments[at]))
  );
}

/** Answers 405 with `Allow` (RFC 9110, 15.5.6) where the path is known and its method is not. */
export function refuseOtherMethods(server: FastifyInstance): void {
  const routes: RoutePattern[] = [];
  server.addHook('onRoute', ({ method, url }) => {
    for (const each of [method].flat()) routes.push({ method: each, path: url });
  });
  server.addHook('onRequest', (request, reply, done) => {
    if (request.routeOptions.url !== undefined) return done();
    const allow = methodsOf(routes, request.url.split('?', 1)[0]!).join(', ');
    if (allow === '') return done();
    reply.header('allow', allow);
    done(new ProblemError('method_not_allowed', `This path takes ${allow}, not ${request.method}.`));
  });
}
