import type { JobDefinition, TopicPlan } from '@jobstream/contracts';
import { steadyTime } from '@jobstream/kafka';
import { retryUntil, type Health } from '@jobstream/runtime';
import type { QueueWorkerHost, ServedQueue } from './queue-host.js';
import { healthOfTopics } from './topics-health.js';
import { WorkerTopics } from './worker-topics.js';

const maxPauseMs = 5_000;

/** The topics of a queue that a process serves: makes them, knows which exist, and has missing ones made again. */
export class QueueTopics {
  private readonly consumed: WorkerTopics;
  private readonly plan: readonly TopicPlan[];
  /** Topics of the queue that do not exist, and since when that is known, by `steadyTime`. */
  private missing: ReadonlyMap<string, number> = new Map();
  private areMade = false;
  private partitions = 1;

  constructor(
    private readonly queue: ServedQueue['queue'],
    definitions: readonly JobDefinition[],
    private readonly host: Pick<QueueWorkerHost, 'topics' | 'topicSize' | 'admin' | 'producer' | 'logger'>,
  ) {
    this.consumed = new WorkerTopics(host.topics, queue, definitions);
    this.plan = host.topics.plan(definitions, host.topicSize);
  }

  /** The delays of the retry lanes that exist. */
  get lanesMs(): ReadonlySet<number> {
    return this.consumed.lanesMs;
  }

  /** The partitions of its requests, as they were when the topics were made. */
  get requestPartitions(): number {
    return this.partitions;
  }

  /** Makes those that are missing. @returns false when it is stopped meanwhile */
  async make(signal: AbortSignal): Promise<boolean> {
    const { admin, logger, topics, topicSize } = this.host;
    // The process has made those that every process needs.
    const common = new Set(topics.plan([], topicSize).map(({ name }) => name));
    const own = this.plan.filter(({ name }) => !common.has(name));
    const make = async () => {
      await admin.ensureTopics(own);
      this.partitions = await this.countPartitions();
      this.areMade = true;
    };
    await retryUntil(make, {
      signal,
      maxPauseMs,
      onFailure: (error) => logger.warn({ err: error }, 'Kafka unreachable: trying again'),
    });
    return !signal.aborted;
  }

  /** Those to consume, among all that exist. Those of this queue that are missing are created again, to be written and read. */
  async toConsume(): Promise<string[]> {
    const { admin, producer } = this.host;
    const existing = await admin.listTopics();
    const names = new Set(existing);
    const gone = this.plan.flatMap(({ name }) => (names.has(name) ? [] : [name]));
    const now = steadyTime();
    this.missing = new Map(gone.map((topic) => [topic, this.missing.get(topic) ?? now]));
    for (const topic of gone) producer.makeMissing(topic);
    return this.consumed.among(existing);
  }

  health(): Health {
    if (!this.areMade) return { ok: false, why: 'Kafka has not been reached yet.' };
    const { topics, producer } = this.host;
    const own = new Set(this.plan.map(({ name }) => name));
    own.delete(topics.workers); // no job needs the signs of workers
    return healthOfTopics({ own, missing: this.missing, troubles: producer.troubles.list() }, steadyTime());
  }

  private async countPartitions(): Promise<number> {
    const topic = this.host.topics.requests(this.queue.name);
    return (await this.host.admin.partitionCounts([topic])).get(topic) ?? 1;
  }
}
