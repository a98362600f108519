import { setTimeout as pause } from 'node:timers/promises';
import {
  Inject,
  Injectable,
  type OnApplicationShutdown,
  type OnModuleDestroy,
  type OnModuleInit,
} from '@nestjs/common';
import { ApiKeyStore } from '@jobstream/access';
import { isUnavailable } from '@jobstream/database';
import { TopicFollower } from '@jobstream/kafka';
import { contextToken, Preparation } from '@jobstream/platform';
import { ClockWatch, retryUntil, type ProcessContext } from '@jobstream/runtime';
import { JobFeed } from '@jobstream/status';
import { ObjectStorage, StorageFullError, StorageUnavailableError } from '@jobstream/storage';
import { NoApiKeyError } from './access/first-key.js';
import { KeyRing } from './access/key-ring.js';
import { AuditTrail } from './audit/audit-trail.js';
import { ApiHealth } from './health/api-health.js';

/** How long a revocation may stay unknown to this process where no order tells of it. */
const refreshKeysMs = 2_000;
const retryMs = 1_000;

/**
 * The work of the REST server beside answering requests: it makes topics, tables and directories as soon as Kafka, Postgres and
 * the storage can be reached, follows the orders and job types, watches the clocks and keeps API keys up to date.
 */
@Injectable()
export class BackgroundTasks implements OnModuleInit, OnModuleDestroy, OnApplicationShutdown {
  private readonly stopping = new AbortController();

  constructor(
    @Inject(contextToken) private readonly context: ProcessContext,
    private readonly preparation: Preparation,
    private readonly storage: ObjectStorage,
    private readonly health: ApiHealth,
    private readonly clockWatch: ClockWatch,
    private readonly feed: JobFeed,
    private readonly follower: TopicFollower,
    private readonly trail: AuditTrail,
    private readonly apiKeys: ApiKeyStore,
    @Inject(KeyRing) private readonly keys: KeyRing | undefined,
  ) {}

  /**
   * Nothing listens where keys are required and none exists. While Postgres is away no key can be looked up, so nothing is
   * open: the check is repeated as soon as Postgres answers.
   * @throws NoApiKeyError
   */
  async onModuleInit(): Promise<void> {
    if (!this.keys) return;
    await this.prepareDatabase().catch((error: unknown) => {
      if (!isUnavailable(error)) throw error;
    });
  }

  /** To be called once the server listens: it answers from the first moment, if only with 503. */
  start(): void {
    const { preparation, health, follower, storage, clockWatch } = this;
    const { fatal } = this.context;
    clockWatch.start();
    this.keepTrying('topics', () => preparation.prepareTopics())
      .then(() => health.topicsExist())
      .then(() => follower.start())
      .catch(fatal);
    this.keepTrying('database', () => this.prepareDatabase(), isUnavailable).catch(fatal);
    this.keepTrying('storage', () => storage.prepare(), isStorageAway).catch(fatal);
    if (this.keys) this.refreshKeys(this.keys).catch(fatal);
  }

  onModuleDestroy(): void {
    this.stopping.abort();
  }

  /** The server has closed: no request reads or notes anything any more. */
  async onApplicationShutdown(): Promise<void> {
    await Promise.all([this.feed.stop(), this.follower.stop(), this.trail.close()]);
  }

  private async prepareDatabase(): Promise<void> {
    await this.preparation.prepareSchemas();
    if (this.keys && !(await this.apiKeys.hasUsable())) throw new NoApiKeyError(this.context.settings.HOST);
  }

  private keepTrying(
    what: string,
    work: () => Promise<unknown>,
    isTransient?: (error: unknown) => boolean,
  ): Promise<void> {
    const { logger } = this.context;
    return retryUntil(work, {
      signal: this.stopping.signal,
      minPauseMs: retryMs,
      maxPauseMs: retryMs,
      isTransient,
      onFailure: (error) => logger.warn({ err: error }, `${what} not prepared: trying again`),
    });
  }

  private async refreshKeys(keys: KeyRing): Promise<void> {
    const { signal } = this.stopping;
    while (!signal.aborted) {
      await pause(refreshKeysMs, undefined, { signal }).catch(() => undefined);
      await keys.refresh().catch((error: unknown) => {
        this.context.logger.warn({ err: error }, 'API keys not refreshed: known keys stay as they are');
      });
    }
  }
}

function isStorageAway(error: unknown): boolean {
  return error instanceof StorageUnavailableError || error instanceof StorageFullError;
}
