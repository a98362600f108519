import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { Logger, OwnHosts } from '@jobstream/runtime';
import { guardRoutes, type GuardedRoute } from './access/access-check.js';
import type { KeyRing } from './access/key-ring.js';
import type { ApiMetrics } from './api-metrics.js';
import { ApiModule } from './api.module.js';
import { auditRequests } from './audit/audit-hook.js';
import type { AuditTrail } from './audit/audit-trail.js';
import { BytesInFlight } from './http/bytes-in-flight.js';
import { createHttpServer } from './http/http-server.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ProblemReplies } from './http/problem-reply.js';
import type { TrafficSettings } from './http/traffic-settings.js';

/** What each request meets before and after its controller. */
export interface ServerGuards {
  /** What the server may be called. */
  readonly hosts: OwnHosts;
  readonly apiMetrics: ApiMetrics;
  /** Undefined: no key is needed. */
  readonly keys: KeyRing | undefined;
  readonly trail: AuditTrail;
  readonly traffic: TrafficSettings;
}

/** The REST server, complete, and not listening yet. */
export interface ApiServer {
  readonly app: NestFastifyApplication;
  readonly routes: readonly GuardedRoute[];
}

/** @param parts what the controllers are given, each injected by its class */
export async function createApiServer(
  logger: Logger,
  { hosts, apiMetrics, keys, trail, traffic }: ServerGuards,
  parts: readonly object[],
): Promise<ApiServer> {
  const onRefused = (reason: string) => apiMetrics.refusals.inc({ reason });
  const replies = new ProblemReplies(logger, onRefused);
  const bytes = new BytesInFlight(traffic.MAX_BYTES_IN_FLIGHT);
  apiMetrics.showBytes(bytes);
  const server = createHttpServer({ replies, hosts, traffic, bytes, onDropped: onRefused });
  apiMetrics.observe(server.getInstance());
  const routes = guardRoutes(server.getInstance(), keys);
  auditRequests(server.getInstance(), trail);
  const app = await NestFactory.create<NestFastifyApplication>(ApiModule.of(parts), server, {
    logger: false,
    abortOnError: false,
    bodyParser: false,
  });
  app.useGlobalFilters(new ProblemFilter(replies));
  return { app, routes };
}
