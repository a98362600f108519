import { setTimeout as pause } from 'node:timers/promises';
import type { Topics } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { JobTypeReader, KnownJobType } from '@jobstream/job-types';
import { TopicFollower, type KafkaConnection } from '@jobstream/kafka';
import { declareSearch, type SearchDeclaration } from '@jobstream/projection';
import type { Logger } from '@jobstream/runtime';

export interface SearchDeclarationsOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly topics: Topics;
  readonly jobTypes: JobTypeReader;
  readonly logger: Logger;
  readonly onFatal: (error: Error) => void;
}

/** A rebuild may have put rows in place that know less. */
const lookAgainMs = 15_000;
const retryMs = 1_000;

/** Declares in the projection by which paths of their payloads the published job types are searched. Every projector does; the first counts. */
export class SearchDeclarations {
  private readonly follower: TopicFollower;
  private readonly stopping = new AbortController();
  private wake = new AbortController();
  private running: Promise<void> | undefined;

  constructor(private readonly options: SearchDeclarationsOptions) {
    const { connection, topics, jobTypes, onFatal } = options;
    this.follower = new TopicFollower({
      connection,
      parts: [jobTypes],
      groupIdPrefix: `${topics.serviceGroup('projector')}.types.`,
      onFatal,
    });
    jobTypes.book.onChange = () => this.wake.abort();
  }

  /** Begins, and returns at once. Schemas and topics have to be there. */
  start(): void {
    this.running ??= this.run().catch(this.options.onFatal);
  }

  async stop(): Promise<void> {
    this.stopping.abort();
    await this.follower.stop();
    await this.running;
  }

  private async run(): Promise<void> {
    const { signal } = this.stopping;
    await this.follower.start();
    while (!signal.aborted) {
      this.wake = new AbortController();
      const restMs = await this.declare();
      const until = restMs === retryMs ? signal : AbortSignal.any([signal, this.wake.signal]);
      await pause(restMs, undefined, { signal: until }).catch(() => undefined);
    }
  }

  /** @returns when to look again */
  private async declare(): Promise<number> {
    const { database, jobTypes, logger } = this.options;
    try {
      for (const type of await declareSearch(database, jobTypes.book.all().map(declarationOf)))
        logger.info({ type, search: jobTypes.book.find(type)?.record.search ?? [] }, 'search declared');
      return lookAgainMs;
    } catch (error) {
      logger.warn({ err: error }, 'search not declared: trying again');
      return retryMs;
    }
  }
}

function declarationOf({ record }: KnownJobType): SearchDeclaration {
  return { type: record.type, paths: record.search ?? [], publishedAt: new Date(record.publishedAt) };
}
