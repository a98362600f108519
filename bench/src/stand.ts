import { fileURLToPath } from 'node:url';
import { Topics } from '@jobstream/contracts';
import { schemasOf } from '@jobstream/database';
import { TopicAdmin, type OutgoingRecord, RecordProducer } from '@jobstream/kafka';
import {
  connectToBroker,
  OwnStack,
  Platform,
  randomNamespace,
  type ServiceProcess,
} from '@jobstream/testing';
import pg from 'pg';
import { CpuMeter, type MeteredProcess } from './cpu-meter.js';
import type { Profiler } from './profile/profiler.js';

/** Records handed to the producer at once while a topic is filled. */
const fillBatch = 10_000;
/** The broker and database that both sides are measured on, and hands on them. */
export class Stand {
  readonly admin = new TopicAdmin(connectToBroker());
  readonly database = new pg.Pool({ connectionString: process.env.DATABASE_URL, max: 2 });
  private readonly producer = new RecordProducer(connectToBroker());

  private constructor(
    private readonly stack: OwnStack | undefined,
    private readonly profiler: Profiler | undefined,
  ) {}

  /** Starts what KAFKA_BROKERS and DATABASE_URL do not name, and sets them. */
  static async start(profiler: Profiler | undefined): Promise<Stand> {
    const given = process.env.KAFKA_BROKERS !== undefined && process.env.DATABASE_URL !== undefined;
    const stack = given ? undefined : await OwnStack.start({ postgres: true, shortLived: false });
    Object.assign(process.env, stack?.environment);
    const stand = new Stand(stack, profiler);
    await Promise.all([stand.admin.start(), stand.producer.start()]);
    return stand;
  }

  get brokers(): string[] {
    return process.env.KAFKA_BROKERS!.split(',');
  }

  get databaseUrl(): string {
    return process.env.DATABASE_URL!;
  }

  /** Of the broker and the database, e.g. `Kafka 4.1.1 on Java 21`; nothing of those that were given. */
  get versions(): readonly string[] {
    return this.stack ? [this.stack.kafka.description, ...this.postgresVersion] : [];
  }

  get postgresVersion(): readonly string[] {
    return this.stack?.postgres ? [this.stack.postgres.description] : [];
  }

  /** For people. */
  get postgresDurability(): string {
    return this.stack
      ? 'Postgres without fsync: the system writes to the disk when it likes'
      : 'Postgres as DATABASE_URL has it';
  }

  /** The broker and the database, where they are its own. */
  get processes(): readonly MeteredProcess[] {
    if (!this.stack) return [];
    const { kafka, postgres } = this.stack;
    return [
      ...kafka.brokers.map(({ process: { pid } }) => ({ name: 'kafka', pid })),
      ...(postgres ? [{ name: 'postgres', pid: postgres.process.pid }] : []),
    ];
  }

  /** Tells how much processor time these processes take from now on, and the broker and the database. */
  meterCpu(processes: readonly MeteredProcess[]): CpuMeter {
    return new CpuMeter([...processes, ...this.processes]);
  }

  /** Starts services in a namespace of their own, as they run in production: without debug logs. */
  startPlatform(
    services: Readonly<Record<string, number>>,
    environment: Readonly<Record<string, string>> = {},
  ): Promise<Platform> {
    return Platform.start({
      services,
      environment: { LOG_LEVEL: 'warn', ...this.profiler?.environment, ...environment },
    });
  }

  /** Runs what is measured; under `--profile` the processes are profiled meanwhile. */
  async measure<Result>(
    processes: readonly ServiceProcess[],
    measured: () => Promise<Result>,
  ): Promise<Result> {
    await this.profiler?.begin(processes);
    const result = await measured();
    await this.profiler?.end(processes);
    return result;
  }

  /** A namespace with topics like the platform's, for the bare side. */
  async makeBareTopics(): Promise<Topics> {
    const topics = new Topics(randomNamespace());
    await this.admin.ensureTopics(
      [topics.requests('probe'), topics.events].map((name) => ({ name, partitions: 6 })),
    );
    return topics;
  }

  /** Appends records; all must be acknowledged. */
  async fill(count: number, recordOf: (index: number) => OutgoingRecord): Promise<void> {
    for (let from = 0; from < count; from += fillBatch) {
      const size = Math.min(fillBatch, count - from);
      const outcomes = await this.producer.sendAll(
        Array.from({ length: size }, (_, index) => recordOf(from + index)),
      );
      for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
    }
  }

  /** Where the stand's own brokers keep their logs; empty where KAFKA_BROKERS names others. */
  get logFolders(): string[] {
    return (this.stack?.kafka.brokers ?? []).map(({ node }) => node.dataFolder);
  }

  /** Drops the tables of a namespace, which may be large. */
  async dropRows(namespace: string): Promise<void> {
    const { projection, operations } = schemasOf(namespace);
    await this.database.query(`DROP SCHEMA ${projection} CASCADE; DROP SCHEMA ${operations} CASCADE`);
  }

  /** Records in a topic so far; topics here lose none. */
  async endOf(topic: string): Promise<number> {
    return sum((await this.admin.endOffsets([topic])).get(topic) ?? []);
  }

  /** Records of a topic that the rows of a namespace hold, by the checkpoints beside them. */
  async projectedOf(namespace: string, topic: string): Promise<number> {
    const { rows } = await this.database.query<{ next: string }>({
      name: `projected ${namespace}`,
      text: `SELECT coalesce(sum(next), 0)::text AS next FROM ${schemasOf(namespace).projection}.checkpoints WHERE topic = $1`,
      values: [topic],
    });
    return Number(rows[0]!.next);
  }

  async stop(): Promise<void> {
    await Promise.all([this.admin.stop(), this.producer.stop(), this.database.end()]);
    await this.stack?.stop();
  }
}

/** The folder that results go to. */
export const resultsFolder = fileURLToPath(new URL('../results/', import.meta.url));

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
