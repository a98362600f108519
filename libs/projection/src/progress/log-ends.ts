import type { Topics } from '@jobstream/contracts';
import type { TopicAdmin } from '@jobstream/kafka';
import { SharedCall } from '@jobstream/runtime';
import type { EndOffsets } from './progress.js';

/** Where the topics of the platform end. Callers at the same time share one question. */
export class LogEnds {
  private readonly shared = new SharedCall(() => this.read());

  private constructor(
    private readonly admin: TopicAdmin,
    private readonly isCounted: (topic: string) => boolean,
  ) {}

  /** The ends of the topics on which a job can appear first. */
  static ofRequests(admin: TopicAdmin, topics: Topics): LogEnds {
    return new LogEnds(admin, (topic) => topics.beginsJobs(topic));
  }

  /** The ends of all topics that tell of jobs. */
  static ofAll(admin: TopicAdmin, topics: Topics): LogEnds {
    return new LogEnds(admin, (topic) => topics.tellsOfJobs(topic));
  }

  /** The ends of the topic of what handlers log. */
  static ofLogs(admin: TopicAdmin, topics: Topics): LogEnds {
    return new LogEnds(admin, (topic) => topic === topics.logs);
  }

  /** Ends that are no older than the call. Rejects while Kafka is away. */
  now(): Promise<EndOffsets> {
    return this.shared.call();
  }

  private async read(): Promise<EndOffsets> {
    const topics = await this.admin.listTopics();
    return this.admin.endOffsets(topics.filter((topic) => this.isCounted(topic)));
  }
}
