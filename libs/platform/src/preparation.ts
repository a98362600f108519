import type { TopicPlan } from '@jobstream/contracts';
import { migrate, type DatabaseSettings } from '@jobstream/database';
import type { TopicAdmin } from '@jobstream/kafka';

/** Makes what every process of the platform needs in Kafka and Postgres. Any process may come first, or repeat it. */
export class Preparation {
  constructor(
    private readonly databaseSettings: DatabaseSettings,
    private readonly admin: TopicAdmin,
    private readonly plan: readonly TopicPlan[],
  ) {}

  /** Rejects while Kafka or Postgres is away. @throws as {@link prepareSchemas} does */
  async prepare(): Promise<void> {
    await this.prepareSchemas();
    await this.prepareTopics();
  }

  /** @throws DatabaseUnreachableError, UnsuitableServerError */
  prepareSchemas(): Promise<void> {
    return migrate(this.databaseSettings);
  }

  /** Makes the topics that are missing. Rejects while Kafka is away. */
  async prepareTopics(): Promise<void> {
    await this.admin.ensureTopics(this.plan);
  }
}
