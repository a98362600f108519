import { tellsOfJobs, type Topics } from '@jobstream/contracts';
import type { TopicAdmin } from '@jobstream/kafka';

/** Every topic there is that tells of jobs. */
export async function projectedTopics(admin: TopicAdmin, topics: Topics): Promise<string[]> {
  return (await admin.listTopics()).filter((topic) => tellsOfJobs(topics.roleOf(topic)));
}
