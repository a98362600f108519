import 'reflect-metadata';
import { Module, type DynamicModule, type Type } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { NestErrors, rootModule } from '@jobstream/platform';
import { OwnHosts, readSettings, type ProcessContext } from '@jobstream/runtime';
import { guardRoutes, type GuardedRoute } from './access/access-check.js';
import { KeyRing } from './access/key-ring.js';
import { ApiMetrics } from './api-metrics.js';
import { auditRequests } from './audit/audit-hook.js';
import { AuditTrail } from './audit/audit-trail.js';
import { BytesInFlight } from './http/bytes-in-flight.js';
import { createHttpServer } from './http/http-server.js';
import { ProblemFilter } from './http/problem.filter.js';
import { ProblemReplies } from './http/problem-reply.js';
import { trafficSettings, trafficToken } from './http/traffic-settings.js';

/** The REST server, complete, and not listening yet. */
export interface ApiServer {
  readonly app: NestFastifyApplication;
  /** They grow as they are registered, when the server begins to listen. */
  readonly routes: readonly GuardedRoute[];
  /** Whether requests need an API key. */
  readonly areKeysRequired: boolean;
  /** Errors of steps that failed while it stopped. */
  readonly errors: NestErrors;
}

/**
 * Builds the server around the modules: what each request meets before and after its controller.
 * @param modules their controllers, and providers of {@link KeyRing} and {@link AuditTrail}
 */
export async function createApiServer(
  context: ProcessContext,
  ...modules: (Type | DynamicModule)[]
): Promise<ApiServer> {
  const { environment, settings, logger, metrics } = context;
  const traffic = readSettings(trafficSettings, environment);
  const apiMetrics = new ApiMetrics(metrics);
  const onRefused = (reason: string) => apiMetrics.refusals.inc({ reason });
  const replies = new ProblemReplies(logger, onRefused);
  const bytes = new BytesInFlight(traffic.MAX_BYTES_IN_FLIGHT);
  apiMetrics.showBytes(bytes);
  const hosts = new OwnHosts(settings);
  const adapter = createHttpServer({ replies, hosts, traffic, bytes, onDropped: onRefused });
  const server = adapter.getInstance();
  apiMetrics.observe(server);
  const errors = new NestErrors();
  const http: DynamicModule = {
    module: HttpModule,
    global: true,
    providers: [
      { provide: ApiMetrics, useValue: apiMetrics },
      { provide: trafficToken, useValue: traffic },
    ],
    exports: [ApiMetrics, trafficToken],
  };
  const root = rootModule(context, http, ...modules);
  const options = { logger: errors, abortOnError: false, bodyParser: false };
  const app = await NestFactory.create<NestFastifyApplication>(root, adapter, options);
  const keys = app.get<KeyRing | undefined>(KeyRing);
  // Routes are registered later, when the server begins to listen: these hooks come before all of them.
  const routes = guardRoutes(server, keys);
  auditRequests(server, app.get(AuditTrail));
  app.useGlobalFilters(new ProblemFilter(replies));
  return { app, routes, areKeysRequired: keys !== undefined, errors };
}

@Module({})
class HttpModule {}
