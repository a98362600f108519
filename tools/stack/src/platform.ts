import { setTimeout as sleep } from 'node:timers/promises';
import { readVariable, type Environment } from './environment.js';
import { makeFolder } from './file-errors.js';
import { Guard } from './processes/guard.js';
import { startKafka, type KafkaCluster } from './kafka/kafka-cluster.js';
import { keepRunning } from './processes/keep-running.js';
import { urlOf } from './addresses/listen-address.js';
import { startMailCatcher, type MailCatcher } from './mail-catcher.js';
import { startPostgres, type PostgresServer } from './postgres/postgres-server.js';
import { ProcessList, type ProcessEntry } from './processes/process-list.js';
import type { ProgressTable } from './output/progress-table.js';
import { ServiceProcess, type NodeProgram } from './processes/service-process.js';
import type { ServiceCount } from './processes/services.js';
import { WaitReasons } from './output/wait-reasons.js';
import type { Workplace } from './workplace.js';

/** What a platform is started with. */
export interface PlatformOptions {
  workplace: Workplace;
  services: readonly ServiceCount[];
  /** Nodes of the embedded Kafka. */
  brokers: number;
  /** What the services listen on; Kafka and Postgres always listen on 127.0.0.1. */
  host: string;
  /** The API's; every other process gets a free one. */
  apiPort: number;
  table: ProgressTable;
}

/** A service that is not ready, and what is missing, in whole sentences. */
export interface LateService {
  name: string;
  why: string;
}

const NOT_READY_LIMIT_MS = 120_000;
/** One that ended this often before it was ever ready is not waited for any longer. */
const STARTS_WITHOUT_SUCCESS = 4;

/** Kafka, Postgres and the services, as processes of this machine. */
export class Platform {
  readonly guard = Guard.start();
  private kafka: KafkaCluster | undefined;
  private postgres: PostgresServer | undefined;
  private mails: MailCatcher | undefined;
  private readonly running: ServiceProcess[] = [];
  private readonly list: ProcessList;
  /** By name, why a process ended last. */
  private readonly lastEnds = new Map<string, string>();
  private stopping = false;
  /** Of every service, once Kafka and Postgres run. */
  private environment: Environment = {};

  constructor(private readonly options: PlatformOptions) {
    const { workplace, table } = options;
    this.list = new ProcessList(workplace.processesFile, (line) => table.say(line));
  }

  /** Of the API, as this machine reaches it. */
  get apiUrl(): string {
    return urlOf(this.options.host, this.options.apiPort);
  }

  /** For KAFKA_BROKERS. */
  get kafkaAddresses(): string {
    return this.kafka?.addresses ?? readVariable('KAFKA_BROKERS')!;
  }

  /** For DATABASE_URL. Holds the password. */
  get databaseUrl(): string {
    return this.postgres?.url ?? readVariable('DATABASE_URL')!;
  }

  /** Whether everything is being stopped, or has been. */
  get isStopping(): boolean {
    return this.stopping;
  }

  /** Every process of every service. */
  get processes(): readonly ServiceProcess[] {
    return this.running;
  }

  /**
   * Starts Kafka and Postgres where the environment names none, then the services, and waits until each is ready.
   * Returns those that are not after two minutes; they go on being tried.
   *
   * @throws when Kafka or Postgres can't be started.
   */
  async start(): Promise<LateService[]> {
    await this.startBacking();
    const embedded = this.kafka !== undefined;
    this.environment = {
      // One broker on one machine has no use for the partitions of a cluster.
      ...(embedded ? { JOBSTREAM_TOPIC_SIZE: 'small' } : {}),
      PUBLIC_URL: this.apiUrl,
      ...process.env,
      KAFKA_BROKERS: this.kafkaAddresses,
      DATABASE_URL: this.databaseUrl,
      ...(process.env.STORAGE_URL ? {} : { STORAGE_DIR: this.options.workplace.storage }),
      ...(await this.catchMails()),
    };
    const { services, apiPort, workplace } = this.options;
    makeFolder(workplace.storage, 'STORAGE_DIR');
    const starts = services.flatMap(({ service, count, program }) =>
      Array.from({ length: count }, (_, index) => {
        const port = service === 'api' && index === 0 ? apiPort : undefined;
        return this.startService(this.place(service, index + 1, program, port));
      }),
    );
    return (await Promise.all(starts)).filter((each) => each !== undefined);
  }

  /**
   * Runs one more program beside the services, as one of them, and waits until it is ready. Only after {@link Platform.start}.
   * @returns the process, and why it is not ready after two minutes, if it isn't
   */
  async launch(
    service: string,
    program: NodeProgram,
  ): Promise<{ process: ServiceProcess; late: LateService | undefined }> {
    const process = this.place(service, 1, program, undefined);
    return { process, late: await this.startService(process) };
  }

  /** Stops the services, then Kafka and Postgres. `now` kills all of them, also while an orderly stop is under way. */
  async stop({ now = false } = {}): Promise<void> {
    this.stopping = true;
    await this.guard.end({ now });
    await this.mails?.stop();
    this.list.remove();
  }

  private place(
    service: string,
    instance: number,
    program: NodeProgram,
    port: number | undefined,
  ): ServiceProcess {
    const { host, workplace } = this.options;
    const { guard, environment } = this;
    return new ServiceProcess({
      service,
      instance,
      program,
      environment,
      host,
      port,
      guard,
      logFolder: workplace.logs,
    });
  }

  private async startBacking(): Promise<void> {
    await Promise.all([this.startBroker(), this.startDatabase()]);
    this.listProcesses();
  }

  private async startBroker(): Promise<void> {
    const { workplace, table, brokers } = this.options;
    const given = readVariable('KAFKA_BROKERS');
    if (given) return table.set('kafka', `as KAFKA_BROKERS says: ${given}`);
    const since = performance.now();
    const progress = table.row('kafka');
    progress('looking for Java');
    const { guard } = this;
    this.kafka = await startKafka({
      guard,
      folder: workplace.kafka,
      logFolder: workplace.logs,
      brokers,
      progress,
    });
    progress(`ready in ${seconds(since)} s: ${this.kafka.description}, ${this.kafka.addresses}`);
    for (const broker of this.kafka.brokers) this.keep(broker, `kafka-${broker.node.nodeId}`, broker.logFile);
  }

  private async startDatabase(): Promise<void> {
    const { workplace, table } = this.options;
    if (readVariable('DATABASE_URL')) return table.set('postgres', 'as DATABASE_URL says');
    const since = performance.now();
    const progress = table.row('postgres');
    progress('starting');
    const { guard } = this;
    this.postgres = await startPostgres({
      guard,
      folder: workplace.postgres,
      logFolder: workplace.logs,
      progress,
    });
    progress(`ready in ${seconds(since)} s: ${this.postgres.description}, 127.0.0.1:${this.postgres.port}`);
    this.keep(this.postgres, 'postgres', this.postgres.logFile);
  }

  /** Mails need a server. Where none is named they are caught, and the API is told where they are. */
  private async catchMails(): Promise<Environment> {
    const { services, workplace, table } = this.options;
    const needed = services.some(({ service, count }) => service === 'notification-worker' && count > 0);
    if (!needed || readVariable('SMTP_URL')) return {};
    this.mails = await startMailCatcher(workplace.mails);
    table.set('mail', `caught at ${this.mails.url}, nothing is delivered`);
    return { SMTP_URL: this.mails.url, CAUGHT_MAIL_DIR: workplace.mails };
  }

  private async startService(process: ServiceProcess): Promise<LateService | undefined> {
    const { table } = this.options;
    const since = performance.now();
    const reasons = new WaitReasons();
    table.set(process.name, 'starting');
    await process.start();
    this.running.push(process);
    this.listProcesses();
    this.keep(
      process,
      process.name,
      process.logFile,
      () => process.replacing,
      (ms) => process.pause(ms),
    );
    for (;;) {
      const readiness = await process.readiness();
      if (readiness.ready) {
        table.set(process.name, `ready in ${seconds(since)} s: ${process.url}`);
        return undefined;
      }
      if (this.stopping) return undefined;
      const waited = performance.now() - since;
      if (waited > NOT_READY_LIMIT_MS || process.starts > STARTS_WITHOUT_SUCCESS) {
        table.set(process.name, 'not ready');
        const lastEnd = readiness.answered ? undefined : this.lastEnds.get(process.name);
        return { name: process.name, why: lastEnd ? `It ${lastEnd}` : readiness.why };
      }
      // Why it ended was told when it did.
      const reason = process.starts === 1 && reasons.worthTelling(readiness, waited);
      if (reason) table.say(`${process.name} is ${reason}`);
      await sleep(150);
    }
  }

  private keep(
    thing: Parameters<typeof keepRunning>[0],
    name: string,
    logFile: string,
    replacing: () => boolean = () => false,
    wait?: (ms: number) => Promise<void>,
  ): void {
    const keeping = {
      name,
      logFile,
      say: (line: string) => this.options.table.say(line),
      failed: (why: string) => void this.lastEnds.set(name, why),
      changed: () => this.listProcesses(),
      stopping: () => this.stopping,
      replacing,
    };
    void keepRunning(thing, keeping, wait);
  }

  private listProcesses(): void {
    const backing: ProcessEntry[] = [
      ...(this.kafka?.brokers ?? []).map((broker) => ({
        service: 'kafka',
        instance: broker.node.nodeId,
        process: broker.process,
        port: broker.node.port,
      })),
      ...(this.postgres
        ? [{ service: 'postgres', instance: 1, process: this.postgres.process, port: this.postgres.port }]
        : []),
    ]
      .filter(({ process }) => !process.exit)
      .map(({ service, instance, process, port }) => ({ service, instance, pid: process.pid, port }));
    const services = this.running
      .filter(({ process }) => !process.exit)
      .map(({ service, instance, process, port, url, token }) => {
        return { service, instance, pid: process.pid, port, url, token };
      });
    this.list.write([...backing, ...services]);
  }
}

const seconds = (since: number): string => ((performance.now() - since) / 1000).toFixed(1);
