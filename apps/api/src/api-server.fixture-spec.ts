import 'reflect-metadata';
import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Topics } from '@jobstream/contracts';
import { problemSchema, type ProblemCode } from '@jobstream/contracts/rest';
import { downloadSettings } from '@jobstream/downloads';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeyStore } from '@jobstream/access';
import { Database } from '@jobstream/database';
import { IdempotencyKeys, JobIntake } from '@jobstream/intake';
import { RecordProducer } from '@jobstream/kafka';
import { OrderWriter } from '@jobstream/orders';
import { commonSettings, createLogger, createMetrics, OwnHosts, readSettings } from '@jobstream/runtime';
import type { GuardedRoute } from './access/access-check.js';
import { Schedules } from '@jobstream/scheduling';
import { ApiKeys } from './access/api-keys.js';
import { ApiMetrics } from './api-metrics.js';
import { createApiServer, type ServerGuards } from './api-server.js';
import { ApiModule } from './api.module.js';
import { AuditTrail } from './audit/audit-trail.js';
import { trafficSettings } from './http/traffic-settings.js';
import { Submissions } from './jobs/submissions.js';
import { CaughtMails } from './mail/caught-mails.js';

type Class<Instance extends object = object> = abstract new (...parts: never[]) => Instance;

/** Something of the class, to be injected and never reached. */
function emptyOf<Instance extends object>({ prototype }: Class<Instance>): Instance {
  return Object.create(prototype as object) as Instance;
}

const logger = createLogger('api', 'silent');
const intake = new JobIntake({ producer: emptyOf(RecordProducer), topics: new Topics() });

/** These check what comes as ever, and reach nothing. */
const checking: readonly object[] = [
  new Submissions({
    intake,
    keys: emptyOf(IdempotencyKeys),
    allowedHosts: readSettings(downloadSettings, {}).FETCH_ALLOW,
    accepted: new ApiMetrics(createMetrics('unread')).acceptedJobs,
  }),
  new ApiKeys({
    store: emptyOf(ApiKeyStore),
    orders: emptyOf(OrderWriter),
    keys: undefined,
    logger,
  }),
  new Schedules({ database: emptyOf(Database), intake, logger, metrics: createMetrics('unread') }),
];

/** Everything that the controllers ask for. */
function makeParts(): object[] {
  const { controllers = [] } = ApiModule.of([emptyOf(CaughtMails)]);
  const asked = controllers.flatMap(
    (controller) => (Reflect.getMetadata('design:paramtypes', controller) ?? []) as Class[],
  );
  return [...new Set(asked)].map(
    (part) => checking.find((each) => each.constructor === part) ?? emptyOf(part),
  );
}

/** An answer as it came. */
export interface Answered {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
  /** Of a problem. */
  readonly code: ProblemCode | undefined;
}

/** The REST server as it is, listening, over parts that hold nothing: for what is decided before a part is asked. */
export class EmptyApi {
  private readonly agent = new Agent({ keepAlive: true });

  private constructor(
    private readonly port: number,
    readonly routes: readonly GuardedRoute[],
    private readonly app: NestFastifyApplication,
  ) {}

  static async open(guards: Partial<ServerGuards> = {}): Promise<EmptyApi> {
    const trail = new AuditTrail({
      logger,
      store: { append: async () => undefined, now: async () => 0 },
      onDropped: () => undefined,
    });
    const { app, routes } = await createApiServer(
      logger,
      {
        hosts: new OwnHosts(readSettings(commonSettings, {})),
        apiMetrics: new ApiMetrics(createMetrics('api')),
        keys: undefined,
        trail,
        traffic: readSettings(trafficSettings, {}),
        ...guards,
      },
      makeParts(),
    );
    await app.listen({ host: '127.0.0.1', port: 0 });
    const { port } = app.getHttpServer().address() as AddressInfo;
    return new EmptyApi(port, routes, app);
  }

  async close(): Promise<void> {
    this.agent.destroy();
    await this.app.close();
  }

  /** Sends exactly these headers, `host` too where it is one of them. */
  async ask(
    method: string,
    path: string,
    headers: Record<string, string> = {},
    body = '',
  ): Promise<Answered> {
    const {
      statusCode,
      headers: received,
      body: content,
    } = await new Promise<Received>((resolve, reject) => {
      const { port } = this;
      const sent = request(
        { host: '127.0.0.1', port, method, path, headers, agent: this.agent },
        (response) => {
          const { statusCode, headers } = response;
          text(response).then((body) => resolve({ statusCode: statusCode!, headers, body }), reject);
        },
      );
      sent.on('error', reject).end(body);
    });
    const isProblem = received['content-type']?.startsWith('application/problem+json') && content !== '';
    const code = isProblem ? problemSchema.parse(JSON.parse(content)).code : undefined;
    return { status: statusCode, headers: received, body: content, code };
  }
}

interface Received {
  readonly statusCode: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}
