import { Agent, request, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { Module, type DynamicModule } from '@nestjs/common';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { ApiKeyStore, type AuditStore } from '@jobstream/access';
import { Topics } from '@jobstream/contracts';
import { problemSchema, type ProblemCode } from '@jobstream/contracts/rest';
import { Database } from '@jobstream/database';
import { Flows } from '@jobstream/flows';
import { downloadSettings } from '@jobstream/downloads';
import { IdempotencyKeys, JobIntake } from '@jobstream/intake';
import { JobTypeBook } from '@jobstream/job-types';
import { jobDefinitions } from '@jobstream/jobs';
import { RecordProducer } from '@jobstream/kafka';
import { OrderWriter } from '@jobstream/orders';
import { commonSettings, createLogger, createMetrics, readSettings } from '@jobstream/runtime';
import { Schedules } from '@jobstream/scheduling';
import { processContext } from '@jobstream/testing';
import type { GuardedRoute } from './access/access-check.js';
import { ApiKeys } from './access/api-keys.js';
import { KeyRing } from './access/key-ring.js';
import { ApiMetrics } from './api-metrics.js';
import { createApiServer } from './api-server.js';
import { controllers } from './api.module.js';
import { AuditTrail } from './audit/audit-trail.js';
import { Submissions } from './jobs/submissions.js';
import { OpenRequests } from './live/open-requests.js';
import { MailController } from './mail/mail.controller.js';
import { ReceiverUrls } from './webhooks/receiver-urls.js';

type Class<Instance extends object = object> = abstract new (...parts: never[]) => Instance;

/** Something of the class, to be injected and never reached. */
function emptyOf<Instance extends object>({ prototype }: Class<Instance>): Instance {
  return Object.create(prototype as object) as Instance;
}

const logger = createLogger('api', 'silent');
const intake = new JobIntake({
  producer: emptyOf(RecordProducer),
  topics: new Topics(),
  jobTypes: JobTypeBook.of(jobDefinitions),
});
const allowedHosts = readSettings(downloadSettings, {}).FETCH_ALLOW;

const receiverUrls = new ReceiverUrls(allowedHosts, { settings: readSettings(commonSettings, {}) });

/** These check requests as ever, and reach nothing. */
const checking: readonly object[] = [
  new Submissions(
    intake,
    emptyOf(IdempotencyKeys),
    allowedHosts,
    receiverUrls,
    new Flows({ database: emptyOf(Database), intake, metrics: createMetrics('unread') }),
    new ApiMetrics(createMetrics('unread')),
  ),
  receiverUrls,
  new ApiKeys(emptyOf(ApiKeyStore), emptyOf(OrderWriter), undefined, logger),
  new Schedules({ database: emptyOf(Database), intake, logger, metrics: createMetrics('unread') }),
];

/** All controllers, over parts that hold nothing. No key is needed. */
function emptyModule(): DynamicModule {
  const all = [...controllers, MailController];
  const asked = all.flatMap(
    (controller) => (Reflect.getMetadata('design:paramtypes', controller) ?? []) as Class[],
  );
  const store: Pick<AuditStore, 'append' | 'now'> = { append: async () => undefined, now: async () => 0 };
  return {
    module: EmptyModule,
    controllers: all,
    providers: [
      ...[...new Set(asked)].map((part) => ({
        provide: part,
        useFactory: () => checking.find((each) => each.constructor === part) ?? emptyOf(part),
      })),
      OpenRequests,
      { provide: KeyRing, useValue: undefined },
      { provide: AuditTrail, useValue: new AuditTrail({ logger, store, onDropped: () => undefined }) },
    ],
  };
}

@Module({})
class EmptyModule {}

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

  static async open(): Promise<EmptyApi> {
    const { app, routes } = await createApiServer(processContext({}), emptyModule());
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
