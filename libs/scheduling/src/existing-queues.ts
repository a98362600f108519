import type { Topics } from '@jobstream/contracts';
import type { TopicAdmin } from '@jobstream/kafka';

const staleMs = 10_000;

/**
 * The queues whose topics exist. A job of another queue waits until a worker that is deployed later makes its topic.
 */
export class ExistingQueues {
  private names: readonly string[] = [];
  private askAgainAt = 0;

  constructor(
    private readonly admin: TopicAdmin,
    private readonly topics: Topics,
  ) {}

  /** The queues as last seen: at most 10 s ago, longer while Kafka is away. */
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
    this.names = [...new Set(existing)];
  }
}
