import type { Topics } from '@jobstream/contracts';
import type { TopicAdmin } from '@jobstream/kafka';

/** The topics of the broker that tell of jobs. */
export async function projectedTopics(admin: TopicAdmin, topics: Topics): Promise<string[]> {
  return (await admin.listTopics()).filter((topic) => topics.tellsOfJobs(topic));
}
