import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { Topics } from '@jobstream/contracts';
import type { RebuildView } from '@jobstream/contracts/rest';
import { quoteName, type Database } from '@jobstream/database';
import {
  KafkaConnection,
  kafkaSettingsFromEnv,
  RecordProducer,
  TopicAdmin,
  type OffsetsByTopic,
} from '@jobstream/kafka';
import { createLogger } from '@jobstream/runtime';
import { DatabaseFixture } from '../database.fixture-spec.js';
import { ProjectionProgress } from '../progress/progress.js';
import { Projector } from '../projector.js';
import { incoming, type Facts } from '../wire-history.fixture-spec.js';
import { Rebuilder } from './rebuilder.js';
import { Rebuilds } from './rebuilds.js';

/** A log of its own, its live projection, and processes that rebuild it. */
export class RebuildStack {
  readonly topics = new Topics(`t${randomBytes(5).toString('hex')}`);
  readonly connection = new KafkaConnection(kafkaSettingsFromEnv(process.env));
  readonly admin = new TopicAdmin(this.connection);
  readonly logger = createLogger('test', 'silent');
  readonly rebuilds: Rebuilds;
  private readonly names = {
    requests: this.topics.requests('probe'),
    lane: this.topics.retry('probe', 1_000),
    events: this.topics.events,
    deadLetters: this.topics.deadLetters('probe'),
  };
  private readonly producer = new RecordProducer(this.connection);
  private readonly projector: Projector;
  private readonly rebuilders: Rebuilder[] = [];

  private constructor(private readonly fixture: DatabaseFixture) {
    this.rebuilds = new Rebuilds(fixture.database, fixture.settings, undefined);
    this.projector = new Projector({
      connection: this.connection,
      database: fixture.another(),
      topics: this.topics,
      logger: this.logger,
      prepare: async () => undefined,
      onFatal: (error) => {
        throw error;
      },
    });
  }

  static async open(): Promise<RebuildStack> {
    const stack = new RebuildStack(await DatabaseFixture.create());
    await stack.admin.ensureTopics(Object.values(stack.names).map((name) => ({ name, partitions: 2 })));
    await stack.producer.start();
    stack.projector.start();
    return stack;
  }

  get database(): Database {
    return this.fixture.database;
  }

  get settings(): DatabaseFixture['settings'] {
    return this.fixture.settings;
  }

  /** Another process' connections to the same database. */
  another(): Database {
    return this.fixture.another();
  }

  async close(): Promise<void> {
    await this.projector.stop();
    await this.producer.stop();
    await this.admin.deleteTopics(Object.values(this.names));
    await this.admin.stop();
    for (const { keptSchema } of (await this.rebuilds.list()).items)
      if (keptSchema !== null)
        await this.database.query({ text: `DROP SCHEMA IF EXISTS ${quoteName(keptSchema)} CASCADE` });
    await this.fixture.drop();
  }

  /** Appends records one after another in each job's life, and waits until the live generation has them. */
  async append(histories: readonly Facts[][]): Promise<void> {
    const longest = Math.max(...histories.map(({ length }) => length));
    for (let step = 0; step < longest; step += 1) {
      const records = histories.flatMap((history) => {
        const facts = history[step];
        if (facts === undefined) return [];
        const { key, value, headers } = incoming(facts);
        return [{ topic: this.topicOf(facts.phase), key: key!, value, headers: headers! }];
      });
      for (const outcome of await this.producer.sendAll(records)) if ('error' in outcome) throw outcome.error;
    }
    await this.projected();
  }

  private topicOf(phase: Facts['phase']): string {
    const { requests, lane, deadLetters, events } = this.names;
    const topics: Partial<Record<Facts['phase'], string>> = {
      queued: requests,
      retrying: lane,
      dead_lettered: deadLetters,
    };
    return topics[phase] ?? events;
  }

  /** Appends a record that can not be read. */
  async appendUnreadable(key: string): Promise<void> {
    await this.producer.sendAll([{ topic: this.names.events, key, value: 'not json', headers: {} }]);
  }

  /** Waits until the live generation has all there is. @returns the log's ends */
  async projected(): Promise<OffsetsByTopic> {
    const ends = await this.admin.endOffsets(Object.values(this.names));
    expect(await new ProjectionProgress(this.database).waitUntilPassed(ends, 60_000)).toBe(true);
    return ends;
  }

  /** Starts a process that does rebuilds. */
  startRebuilder(): void {
    const { connection, topics, logger } = this;
    const rebuilder = new Rebuilder({ connection, settings: this.settings, topics, logger });
    rebuilder.start();
    this.rebuilders.push(rebuilder);
  }

  async stopRebuilders(): Promise<void> {
    await Promise.all(this.rebuilders.splice(0).map((rebuilder) => rebuilder.stop()));
  }

  /** Asks for a rebuild, and does it. @returns how it ended */
  async rebuilt(request: object): Promise<RebuildView> {
    const { id } = await this.rebuilds.create(request);
    this.startRebuilder();
    return this.ended(id);
  }

  /** Waits until a rebuild has ended. @returns how */
  async ended(id: string): Promise<RebuildView> {
    for (;;) {
      const view = await this.rebuilds.read(id);
      if (view.finishedAt !== null) return view;
      await pause(20);
    }
  }

  /** The rows of the live generation, each as a line, in one order. */
  async rows(): Promise<string[]> {
    const schema = quoteName(this.settings.schemas.projection);
    const { rows } = await this.database.query<{ line: string }>({
      text: `SELECT (to_jsonb(j) - 'carried')::text AS line FROM ${schema}.jobs AS j
             UNION ALL SELECT t::text FROM ${schema}.job_transitions AS t
             UNION ALL SELECT r::text FROM ${schema}.rejected_records AS r ORDER BY 1`,
    });
    return rows.map(({ line }) => line);
  }
}
