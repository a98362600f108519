import { RouteConfig } from '@nestjs/platform-fastify';
import type { Scope } from '@jobstream/contracts/rest';
import type { FastifyContextConfig } from 'fastify';

/** What a request needs to use a route: a scope of its API key, or nothing. */
export type RouteAccess = Scope | 'open';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Who may use the route. One without it is closed to everyone. */
    access?: RouteAccess;
    /** Of an open route: the scope whose holders are told more. */
    more?: Scope;
  }
}

/**
 * Declares who may use a route. Every route needs it.
 * @param config what else Fastify is to know of the route
 */
export function Access(
  access: RouteAccess,
  config: Omit<FastifyContextConfig, 'access' | 'url' | 'method'> = {},
): MethodDecorator {
  return RouteConfig({ ...config, access });
}
