import { lanesOf, type JobDefinition, type QueueDefinition, type Topics } from '@jobstream/contracts';

/**
 * The topics that the workers of a queue consume: its request lanes, the retry lanes of its definitions, and every other lane of the
 * queue that exists, because jobs may still wait there.
 */
export class WorkerTopics {
  private readonly own: ReadonlySet<string>;
  private lanes: ReadonlySet<number>;

  constructor(
    private readonly topics: Topics,
    private readonly queue: QueueDefinition,
    definitions: readonly JobDefinition[],
  ) {
    const delays = definitions.flatMap(({ backoffMs }) => backoffMs);
    this.lanes = new Set(delays);
    this.own = new Set([
      ...lanesOf(queue).map((lane) => topics.requests(queue.name, lane)),
      ...delays.map((delay) => topics.retry(queue.name, delay)),
    ]);
  }

  /** The delays of the retry lanes that exist. */
  get lanesMs(): ReadonlySet<number> {
    return this.lanes;
  }

  /** The topics to consume, among all that exist. */
  among(existing: readonly string[]): string[] {
    const more = existing.filter((topic) => {
      const role = this.topics.roleOf(topic);
      return (role?.kind === 'retry' || role?.kind === 'requests') && role.queue === this.queue.name;
    });
    const consumed = [...new Set([...this.own, ...more])];
    this.lanes = new Set(consumed.flatMap((topic) => this.laneDelay(topic)));
    return consumed;
  }

  /** The delay of a lane that is written to. A lane that is spelled differently (`.retry.1m`) is only read. */
  private laneDelay(topic: string): number[] {
    const role = this.topics.roleOf(topic);
    if (role?.kind !== 'retry' || this.topics.retry(this.queue.name, role.delayMs) !== topic) return [];
    return [role.delayMs];
  }
}
