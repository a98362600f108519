import type { TopicRole, Topics } from '@jobstream/contracts';
import type { TopicAdmin } from '@jobstream/kafka';

/** Whether topics of this role tell of jobs. Undefined is the role of a topic that is not ours. */
export function isProjected(role: TopicRole | undefined): boolean {
  return role !== undefined && role.kind !== 'cancels' && role.kind !== 'control';
}

/** Every topic there is that tells of jobs. */
export async function projectedTopics(admin: TopicAdmin, topics: Topics): Promise<string[]> {
  return (await admin.listTopics()).filter((topic) => isProjected(topics.roleOf(topic)));
}
