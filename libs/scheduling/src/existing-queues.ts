import type { Topics } from '@jobstream/contracts';
import { queues } from '@jobstream/jobs';
import type { TopicAdmin } from '@jobstream/kafka';

const staleMs = 10_000;

/**
 * The queues that have a topic: those that ship, and whatever else there is on the broker. A job of another one waits until
 * its topic is made: a worker that is deployed later makes it.
 */
export class ExistingQueues {
  private names: readonly string[] = [...queues.keys()];
  private askAgainAt = 0;

  constructor(
    private readonly admin: TopicAdmin,
    private readonly topics: Topics,
  ) {}

  /** As last seen, at most 10 s ago, or while Kafka is away. */
  async list(): Promise<readonly string[]> {
    if (performance.now() >= this.askAgainAt) {
      this.askAgainAt = performance.now() + staleMs;
      await this.ask().catch(() => undefined);
    }
    return this.names;
  }

  private async ask(): Promise<void> {
    const roles = (await this.admin.listTopics()).map((topic) => this.topics.roleOf(topic));
    const existing = roles.flatMap((role) => (role?.kind === 'requests' ? [role.queue] : []));
    this.names = [...new Set([...queues.keys(), ...existing])];
  }
}
