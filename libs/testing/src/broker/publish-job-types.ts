import { describeJobType, type JobDefinition, type Topics } from '@jobstream/contracts';
import { encodeJobType, publishJobType } from '@jobstream/contracts/records';
import type { RecordProducer } from '@jobstream/kafka';

/** Publishes job types as their workers would, for a test that starts no worker of theirs. Their topic has to exist. */
export async function publishJobTypes(
  producer: RecordProducer,
  topics: Topics,
  definitions: readonly JobDefinition[],
): Promise<void> {
  const outcomes = await producer.sendAll(
    definitions.map((definition) => {
      const owner = `@jobstream/${definition.queue.name}-worker`;
      const record = publishJobType(describeJobType(definition), owner, new Date().toISOString());
      return { topic: topics.types, ...encodeJobType(definition.type, record) };
    }),
  );
  for (const outcome of outcomes) if ('error' in outcome) throw outcome.error;
}
