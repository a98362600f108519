import type { JobDefinition } from '@jobstream/contracts';
import { JobTypePublisher, servedBy } from '@jobstream/job-types';
import { retryUntil, SharedCall, type Health } from '@jobstream/runtime';
import type { QueueWorkerHost, ServedQueue } from './queue-host.js';

const maxPauseMs = 5_000;

/**
 * The job types of a queue that a process serves: those that it has a handler for. They are published, unless somebody else does
 * (`ServedQueue.owner`); then they are read on where a job knows more than this process.
 */
export class QueueTypes {
  readonly definitions: readonly JobDefinition[];
  private readonly publisher: JobTypePublisher | undefined;
  /** Many refused jobs ask at the same time. */
  private readonly end = new SharedCall(async () => {
    const { admin, topics } = this.host;
    const [end = 0] = (await admin.endOffsets([topics.types])).get(topics.types) ?? [];
    return end;
  });

  constructor(
    { queue, handlers, owner }: ServedQueue,
    private readonly host: Pick<
      QueueWorkerHost,
      'topics' | 'admin' | 'book' | 'producer' | 'logger' | 'passed'
    >,
  ) {
    this.definitions = [...handlers.values()].map(({ definition }) => definition);
    if (owner === undefined) return;
    const { topics, admin, book, producer, logger } = host;
    this.publisher = new JobTypePublisher({
      definitions: this.definitions,
      owner,
      logger,
      producer,
      topics,
      book,
      live: async () => servedBy(await admin.memberLabels(topics.group(queue.name))),
      passed: (place) => host.passed(place),
    });
  }

  /** What a member of the queue's group says of them. */
  get labels(): readonly string[] {
    return this.publisher?.labels ?? [];
  }

  /** See `AttemptPorts`. */
  outdated(type: string): string | undefined {
    return this.publisher?.outdated(type);
  }

  /** From then on they can be submitted. @returns false when it is stopped meanwhile */
  async publish(signal: AbortSignal): Promise<boolean> {
    const { publisher } = this;
    if (publisher === undefined) return !signal.aborted;
    await retryUntil(() => publisher.publish(), {
      signal,
      maxPauseMs,
      onFailure: (error) => this.host.logger.warn({ err: error }, 'job types not published: trying again'),
    });
    if (!signal.aborted) publisher.start();
    return !signal.aborted;
  }

  /** Reads all types to their end as it is now. Kafka may be away: no outcome could be written then either. */
  async readToEnd(signal: AbortSignal): Promise<void> {
    const { topics, logger } = this.host;
    const topic = topics.types;
    const read = async () => {
      const end = await this.end.call();
      if (end > 0) await this.host.passed({ topic, partition: 0, offset: end - 1 });
    };
    await retryUntil(read, {
      signal,
      maxPauseMs,
      onFailure: (error) => logger.warn({ err: error }, 'job types not read: trying again'),
    });
  }

  health(): Health {
    return this.publisher?.health() ?? { ok: true };
  }

  stop(): void {
    this.publisher?.stop();
  }
}
