import type { Database } from '@jobstream/database';
import type { TopicAdmin } from '@jobstream/kafka';
import { inTime, type Health, type HealthRegistry } from '@jobstream/runtime';
import type { ObjectStorage } from '@jobstream/storage';

/**
 * What the REST server needs. Only what accepting a job needs keeps it from being ready: while Postgres or the storage
 * are away, jobs are accepted all the same, and taking the server out of service would turn them away.
 */
export class ApiHealth {
  private topicsExist = false;

  constructor(
    private readonly admin: TopicAdmin,
    private readonly database: Database,
    private readonly storage: ObjectStorage,
  ) {}

  addTo(registry: HealthRegistry): void {
    registry.add('kafka', () => this.checkKafka());
    registry.add('database', () => tell(this.database.ping()));
    registry.add('storage', () => tell(this.storage.check()));
  }

  /** The topics that jobs are produced to were found or made. */
  topicsAreThere(): void {
    this.topicsExist = true;
  }

  private async checkKafka(): Promise<Health> {
    const brokers = await this.admin.brokers();
    if (!this.topicsExist) return { ok: false, why: 'The topics are not there yet.' };
    return { ok: true, detail: { brokers: brokers.length } };
  }
}

/** Longer than that counts as away; shorter than the registry waits. */
const patienceMs = 800;

async function tell(check: Promise<void>): Promise<Health> {
  const isReachable = check.then(() => true);
  try {
    if (await inTime(isReachable, patienceMs)) return { ok: true, detail: { reachable: true } };
    return unreachable(`No answer within ${patienceMs} ms.`);
  } catch (error) {
    return unreachable(error instanceof Error ? error.message : String(error));
  }
}

function unreachable(why: string): Health {
  return { ok: true, detail: { reachable: false, why } };
}
