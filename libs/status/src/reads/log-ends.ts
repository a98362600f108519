import { tellsOfJobs, type TopicRole, type Topics } from '@jobstream/contracts';
import type { TopicAdmin } from '@jobstream/kafka';
import type { EndOffsets } from '@jobstream/projection';
import { SharedCall } from '@jobstream/runtime';

/** Where the topics of the platform end. */
export class LogEnds {
  private readonly shared = new SharedCall(() => this.read());

  /** @param isCounted which topics count, by what they are for */
  constructor(
    private readonly admin: TopicAdmin,
    private readonly topics: Topics,
    private readonly isCounted: (role: TopicRole) => boolean,
  ) {}

  /** The topics on which a job can appear first. */
  static ofRequests(admin: TopicAdmin, topics: Topics): LogEnds {
    return new LogEnds(admin, topics, ({ kind }) => kind === 'requests' || kind === 'delayed');
  }

  /** All topics that tell of jobs. */
  static ofAll(admin: TopicAdmin, topics: Topics): LogEnds {
    return new LogEnds(admin, topics, tellsOfJobs);
  }

  /** Ends that are no older than the call. Rejects when Kafka can't be reached. */
  now(): Promise<EndOffsets> {
    return this.shared.call();
  }

  private async read(): Promise<EndOffsets> {
    const counted = (await this.admin.listTopics()).filter((topic) => {
      const role = this.topics.roleOf(topic);
      return role !== undefined && this.isCounted(role);
    });
    return this.admin.endOffsets(counted);
  }
}
