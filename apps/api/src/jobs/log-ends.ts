import type { Topics } from '@jobstream/contracts';
import type { TopicAdmin } from '@jobstream/kafka';
import type { EndOffsets } from '@jobstream/projection';
import { SharedCall } from './shared-call.js';

/** Where the topics end at the moment on which a job can appear first. */
export class LogEnds {
  private readonly shared = new SharedCall(() => this.read());

  constructor(
    private readonly admin: TopicAdmin,
    private readonly topics: Topics,
  ) {}

  /** Ends that are no older than the call. Rejects when Kafka can't be reached. */
  now(): Promise<EndOffsets> {
    return this.shared.call();
  }

  private async read(): Promise<EndOffsets> {
    const existing = await this.admin.listTopics();
    const first = existing.filter((topic) => {
      const role = this.topics.roleOf(topic);
      return role?.kind === 'requests' || role?.kind === 'delayed';
    });
    return this.admin.endOffsets(first);
  }
}
