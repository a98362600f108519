import { randomBytes } from 'node:crypto';
import { hostname } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import type { Topics } from '@jobstream/contracts';
import { Database, type DatabaseSettings } from '@jobstream/database';
import { TopicAdmin, type KafkaConnection } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { Generations } from './generations.js';
import { RebuildRun, type RebuildRunOptions } from './rebuild-run.js';
import { RebuildStore } from './rebuild-store.js';

/** What a rebuilder works on. */
export interface RebuilderOptions {
  readonly connection: KafkaConnection;
  readonly settings: DatabaseSettings;
  readonly topics: Topics;
  readonly logger: Logger;
}

const lookEveryMs = 1_000;
/** A page of a comparison reads many rows. */
const statementTimeoutMs = 60_000;

/**
 * Carries out the rebuild that was asked for, in whichever process takes its lease first. One that dies is followed by
 * another within the lease's 10 s.
 */
export class Rebuilder {
  private readonly database: Database;
  private readonly admin: TopicAdmin;
  private readonly options: RebuildRunOptions;
  private readonly stopping = new AbortController();
  private running: Promise<void> | undefined;
  private current: RebuildRun | undefined;
  /** It held a rebuild, whose lease may have run out meanwhile. */
  private mayCountAsDead = false;

  constructor({ connection, settings, topics, logger }: RebuilderOptions) {
    this.database = new Database(settings, {
      applicationName: 'jobstream rebuild',
      connections: 4,
      statementTimeoutMs,
    });
    this.admin = new TopicAdmin(connection);
    this.options = {
      connection,
      topics,
      settings,
      logger,
      database: this.database,
      admin: this.admin,
      store: new RebuildStore(this.database),
      generations: new Generations(this.database, settings),
      owner: `${hostname()} ${process.pid} ${randomBytes(4).toString('hex')}`,
    };
  }

  /** Begins to look for rebuilds; returns at once. The schemas have to be there. */
  start(): void {
    this.running ??= this.run();
  }

  /** Leaves a rebuild under way to another process. */
  async stop(): Promise<void> {
    this.stopping.abort();
    this.current?.stop();
    await this.running;
    // Where this fails, the lease runs out.
    if (this.mayCountAsDead) await this.options.store.release(this.options.owner).catch(() => undefined);
    await this.admin.stop();
    await this.database.close();
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await this.work();
      await pause(lookEveryMs, undefined, { signal }).catch(() => undefined);
    }
  }

  /** An error may pass: the rebuild stays ours, and is resumed from the state of its schema. */
  private async work(): Promise<void> {
    const { store, owner, logger } = this.options;
    try {
      if (this.mayCountAsDead) await store.revive(owner);
      this.mayCountAsDead = false;
      const rebuild = await store.claim(owner);
      if (rebuild === undefined) return;
      this.mayCountAsDead = true;
      if (this.stopping.signal.aborted) return;
      logger.info({ rebuild: rebuild.id, state: rebuild.state }, 'rebuild started or resumed');
      this.current = new RebuildRun(this.options, rebuild);
      await this.current.run();
    } catch (error) {
      logger.warn({ err: error }, 'rebuild interrupted: trying again');
    } finally {
      this.current = undefined;
    }
  }
}
