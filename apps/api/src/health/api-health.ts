import { Injectable } from '@nestjs/common';
import { Database } from '@jobstream/database';
import { JobTypeBook } from '@jobstream/job-types';
import { describeTroubles, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import { HealthRegistry, inTime, type Health } from '@jobstream/runtime';
import { ObjectStorage } from '@jobstream/storage';

/**
 * The health of the REST server. It is ready as soon as it can accept jobs. While Postgres or the storage is away it accepts jobs
 * all the same, so it stays ready: taking it out of service would turn them away.
 */
@Injectable()
export class ApiHealth {
  private hasTopics = false;

  constructor(
    registry: HealthRegistry,
    database: Database,
    storage: ObjectStorage,
    producer: RecordProducer,
    private readonly admin: TopicAdmin,
    private readonly jobTypes: JobTypeBook,
  ) {
    registry.add('kafka', () => this.checkKafka());
    registry.add('database', () => tell(database.ping()));
    registry.add('storage', () => tell(storage.check()));
    registry.add('job_types', () => this.checkJobTypes());
    registry.add('topics', () => ({ ok: true, detail: describeTroubles(producer.troubles.list()) }));
  }

  /** To be called once the topics that jobs are produced to exist. */
  topicsExist(): void {
    this.hasTopics = true;
  }

  /** Without the types every job is refused. A contested type is told here, and turns nothing away. */
  private checkJobTypes(): Health {
    const { isKnown } = this.jobTypes;
    if (!isKnown) return { ok: false, why: 'The job types have not been read yet.' };
    const contested = this.jobTypes.contested().map(({ record: { type, owner, rivals } }) => ({
      type,
      owners: [owner, ...rivals.map((rival) => rival.owner)],
    }));
    return { ok: true, detail: { contested } };
  }

  private async checkKafka(): Promise<Health> {
    const brokers = await this.admin.brokers();
    if (!this.hasTopics) return { ok: false, why: 'The topics are not made yet.' };
    return { ok: true, detail: { brokers: brokers.length } };
  }
}

/** A service that takes longer counts as away. Shorter than the time limit of the registry. */
const timeoutMs = 800;

async function tell(check: Promise<void>): Promise<Health> {
  const isReachable = check.then(() => true);
  try {
    if (await inTime(isReachable, timeoutMs)) return { ok: true, detail: { reachable: true } };
    return unreachable(`No answer within ${timeoutMs} ms.`);
  } catch (error) {
    return unreachable(error instanceof Error ? error.message : String(error));
  }
}

function unreachable(why: string): Health {
  return { ok: true, detail: { reachable: false, why } };
}
