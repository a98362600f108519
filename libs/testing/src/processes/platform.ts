import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Topics } from '@jobstream/contracts';
import { migrate, schemasOf } from '@jobstream/database';
import { jobDefinitions } from '@jobstream/jobs';
import { RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { ApiClient } from '../api/api-client.js';
import { connectToBroker } from '../broker/broker-access.js';
import { randomNamespace, stackAddress } from '../broker/namespace.js';
import { publishJobTypes } from '../broker/publish-job-types.js';
import { DatabaseRoles } from '../database/database-roles.js';
import { eventually } from '../eventually.js';
import { ServiceProcess } from './service-process.js';

/** The services of a platform and their settings. */
export interface PlatformOptions {
  /** Services and how many of each, e.g. `{ api: 1, projector: 1, 'probe-worker': 1 }`. */
  readonly services: Readonly<Record<string, number>>;
  /** Further environment of all of them. */
  readonly environment?: Readonly<Record<string, string>>;
  /** Further environment of one service. */
  readonly environmentOf?: (service: string) => Readonly<Record<string, string>>;
  /** Whether each service connects to Postgres as the role that docs/least-privilege.md gives it. Default false: as the superuser. */
  readonly ownRoles?: boolean;
  /** Whether the shipped types of workers that are not started are published all the same. Default true. */
  readonly publishesTypes?: boolean;
}

/** A whole platform of real processes, in a namespace of its own on the broker and database of the test run. */
export class Platform {
  readonly namespace = randomNamespace();
  readonly topics = new Topics(this.namespace);
  /** Every process started here, dead ones included. */
  readonly processes: ServiceProcess[] = [];
  private roles: DatabaseRoles | undefined;

  private constructor(
    private readonly storage: string,
    private readonly more: Readonly<Record<string, string>>,
    private readonly moreOf: (service: string) => Readonly<Record<string, string>>,
  ) {}

  /** Starts the services and waits until all are ready. */
  static async start({
    services,
    environment = {},
    environmentOf = () => ({}),
    ownRoles = false,
    publishesTypes = true,
  }: PlatformOptions): Promise<Platform> {
    const storage = await mkdtemp(join(tmpdir(), 'jobstream-e2e-'));
    const platform = new Platform(storage, environment, environmentOf);
    try {
      if (ownRoles)
        platform.roles = await DatabaseRoles.make(stackAddress('DATABASE_URL'), platform.namespace);
      if (publishesTypes) await platform.publishTypesWithoutWorker(Object.keys(services));
      await Promise.all(
        Object.entries(services).flatMap(([name, count]) =>
          Array.from({ length: count }, () => platform.launch(name)),
        ),
      );
    } catch (error) {
      await platform.stop();
      throw error;
    }
    return platform;
  }

  /**
   * Publishes the shipped job types of workers that are not started, in their name, so that every shipped job can be submitted.
   * Does nothing where the broker can not be reached as the test runs.
   */
  private async publishTypesWithoutWorker(services: readonly string[]): Promise<void> {
    const missing = jobDefinitions.filter(({ queue }) => !services.includes(`${queue.name}-worker`));
    if (missing.length === 0 || this.more.KAFKA_BROKERS !== undefined) return;
    const connection = connectToBroker();
    const admin = new TopicAdmin(connection);
    const producer = new RecordProducer(connection);
    // As services do: a broker that is busy for a moment is asked again.
    await eventually(() => admin.ensureTopics(this.topics.plan(missing, 'small')), {
      everyMs: 500,
    });
    await producer.start();
    await eventually(() => publishJobTypes(producer, this.topics, missing), {
      everyMs: 500,
    });
    await Promise.all([producer.stop(), admin.stop()]);
  }

  /** Starts one more process of a service; on `port` if given, so that a new API takes a dead one's place. */
  async launch(
    name: string,
    port?: number,
    more: Readonly<Record<string, string>> = {},
  ): Promise<ServiceProcess> {
    const service = await ServiceProcess.launch(name, { ...this.environmentOf(name), ...more }, port);
    this.processes.push(service);
    await service.ready();
    return service;
  }

  /** Starts a program of somebody else beside the services, with their settings, and waits until it is ready. */
  async launchProgram(name: string, main: string): Promise<ServiceProcess> {
    const program = await ServiceProcess.launch(name, this.environmentOf(name), undefined, main);
    this.processes.push(program);
    await program.ready();
    return program;
  }

  /** Starts a service with a wrong environment, and does not wait until it is ready. */
  async launchUnready(name: string, more: Readonly<Record<string, string>>): Promise<ServiceProcess> {
    const service = await ServiceProcess.launch(name, { ...this.environmentOf(name), ...more });
    this.processes.push(service);
    return service;
  }

  /** Resolves once all tables are there. An API is ready before it has made them, because it accepts jobs without them. */
  async waitForTables(): Promise<void> {
    // Whoever makes them holds a lock; there is nothing left to do for those who come after.
    await migrate({ url: stackAddress('DATABASE_URL'), schemas: schemasOf(this.namespace) });
  }

  /** The living processes of a service. */
  all(name: string): ServiceProcess[] {
    return this.processes.filter((service) => service.name === name && service.alive);
  }

  /** The only living process of a service. */
  one(name: string): ServiceProcess {
    const [service, ...others] = this.all(name);
    if (!service || others.length > 0)
      throw new Error(`${others.length + (service ? 1 : 0)} living ${name}, not one.`);
    return service;
  }

  /** SIGKILL, then a new process in its place. */
  async crash(service: ServiceProcess): Promise<ServiceProcess> {
    await service.crash();
    return this.launch(service.name, service.name === 'api' ? service.port : undefined);
  }

  /** A client of the first living API. */
  get api(): ApiClient {
    const [api] = this.all('api');
    if (!api) throw new Error('No API is running.');
    return new ApiClient(api.url);
  }

  /** SIGTERM to all, waits for the last to end, removes the files. */
  async stop(): Promise<void> {
    await Promise.all(this.processes.map((service) => service.stop()));
    await this.roles?.drop();
    await rm(this.storage, { recursive: true, force: true });
  }

  /** Queries the database in the role of a service; only with `ownRoles`. */
  async queryAs(service: string, sql: string): Promise<void> {
    await this.roles!.query(service, sql);
  }

  private environmentOf(service: string): Record<string, string> {
    const role = this.roles && { DATABASE_URL: this.roles.urlOf(service) };
    return { ...this.environment(), ...role, ...this.moreOf(service) };
  }

  environment(): Record<string, string> {
    return {
      KAFKA_BROKERS: stackAddress('KAFKA_BROKERS'),
      DATABASE_URL: stackAddress('DATABASE_URL'),
      JOBSTREAM_NAMESPACE: this.namespace,
      JOBSTREAM_TOPIC_SIZE: 'small',
      STORAGE_DIR: this.storage,
      LOG_LEVEL: 'debug',
      ...this.more,
    };
  }
}
