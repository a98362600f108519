import type { Topics } from '@jobstream/contracts';
import { encodeJobType, type JobTypeRecord } from '@jobstream/contracts/records';
import type { JobTypeList, JobTypeSummary, JobTypeView } from '@jobstream/contracts/rest';
import type { EndpointSecrets } from '@jobstream/endpoints';
import {
  exampleOf,
  servedBy,
  unboundedPatterns,
  type JobTypeBook,
  type KnownJobType,
} from '@jobstream/job-types';
import {
  GroupRebalancingError,
  RecordRefusedError,
  type RecordProducer,
  type TopicAdmin,
  type TopicFollower,
} from '@jobstream/kafka';
import { inTime } from '@jobstream/runtime';
import type { Caller } from '../access/key-ring.js';
import { ProblemError } from '../http/problem-error.js';
import { mayDelete } from './endpoint-owner.js';

/** The types are read within milliseconds; when this process starts, somewhat later. */
const patienceMs = 5_000;

/** The job types in force, as people look at them. */
export class PublishedJobTypes {
  constructor(
    private readonly book: JobTypeBook,
    private readonly follower: TopicFollower,
    private readonly admin: TopicAdmin,
    private readonly producer: RecordProducer,
    private readonly topics: Topics,
    private readonly secrets: EndpointSecrets,
  ) {}

  /** @throws ProblemError `broker_unavailable` */
  async list(): Promise<JobTypeList> {
    await this.awaitTypes();
    return { items: this.book.all().map(summarise) };
  }

  /** @throws ProblemError `job_type_not_found`; `broker_unavailable` while the types are not read yet */
  async find(type: string): Promise<JobTypeView> {
    const known = await this.get(type);
    const { v: _, ...record } = known.record;
    return {
      ...record,
      version: known.version,
      backoffMs: [...record.backoffMs],
      fetches: [...record.fetches],
      example: exampleOf(record.payload),
      uncheckedPatterns: unboundedPatterns(record.payload),
      workers: await this.countWorkers(known),
    };
  }

  /**
   * Takes a type back. Submissions of it are refused here once this resolves.
   * @throws ProblemError `job_type_not_found`, `job_type_taken`, `job_type_served`, `broker_unavailable`, `broker_refused`
   */
  async delete(type: string, caller: Caller | null): Promise<void> {
    const known = await this.get(type);
    if (!mayDelete(known.record, caller)) {
      const detail = `"${type}" belongs to ${known.record.owner}. Delete it with a key of that owner, or with one of the scope \`admin\`.`;
      throw new ProblemError('job_type_taken', detail);
    }
    const workers = known.record.endpoint ? 0 : (await this.serving(known)).length;
    if (workers > 0) {
      const detail = `${workers} worker processes of the queue "${known.record.queue.name}" serve it: stop them first, or deploy them without it.`;
      throw new ProblemError('job_type_served', detail);
    }
    await this.publish(type, null);
    if (known.record.endpoint) await this.secrets.forget(type);
  }

  /**
   * Puts a record in force, or takes a type back with null. It counts here once this resolves.
   * @throws ProblemError `broker_unavailable`, `broker_refused`
   */
  async publish(type: string, record: JobTypeRecord | null): Promise<void> {
    const encoded = { topic: this.topics.types, ...encodeJobType(type, record) };
    const receipt = await this.producer.send(encoded).catch(refuse);
    await inTime(this.follower.passed(receipt), patienceMs);
  }

  /** Whether a worker serves the type: by its definition in force, one before it, or a rival's. @throws ProblemError `broker_unavailable` */
  async isServed(known: KnownJobType): Promise<boolean> {
    return (await this.serving(known)).length > 0;
  }

  /** The definition in force. @throws ProblemError `job_type_not_found`, `broker_unavailable` */
  async get(type: string): Promise<KnownJobType> {
    await this.awaitTypes();
    const known = this.book.find(type);
    if (known) return known;
    throw new ProblemError(
      'job_type_not_found',
      `No worker has published a job type "${type.slice(0, 200)}".`,
    );
  }

  /** Resolves once the types are known. @throws ProblemError `broker_unavailable` */
  async awaitTypes(): Promise<void> {
    const isRead = this.follower.whenRead().then(() => true);
    if (await inTime(isRead, patienceMs)) return;
    const detail = 'The job types are in the broker, and have not been read yet. Ask again later.';
    throw new ProblemError('broker_unavailable', detail);
  }

  /**
   * Those that serve the definition in force; with an endpoint every member of the queue's group. Null while the brokers cannot tell:
   * the type is known all the same.
   */
  private async countWorkers(known: KnownJobType): Promise<number | null> {
    const { queue, endpoint, fingerprint } = known.record;
    try {
      if (endpoint) {
        const group = this.topics.group(queue.name);
        return (await this.admin.memberCounts([group])).get(group) ?? 0;
      }
      return (await this.serving(known)).filter((each) => each.fingerprint === fingerprint).length;
    } catch {
      return null;
    }
  }

  /**
   * What members of the queue's group serve of this type: the definition in force, one before it, or a rival's.
   * @throws ProblemError `broker_unavailable`
   */
  private async serving({ record }: KnownJobType): Promise<{ readonly fingerprint: string }[]> {
    const labels = await this.admin.memberLabels(this.topics.group(record.queue.name)).catch(unavailable);
    const known = [record, ...record.earlier, ...record.rivals];
    return servedBy(labels).filter(({ fingerprint, owner }) =>
      known.some((each) => each.fingerprint === fingerprint && each.owner === owner),
    );
  }
}

function summarise({ record, version }: KnownJobType): JobTypeSummary {
  const { type, fingerprint, owner, publishedAt, queue, rivals } = record;
  return { type, version, fingerprint, owner, publishedAt, queue: queue.name, rivals };
}

function refuse(cause: unknown): never {
  if (cause instanceof RecordRefusedError && cause.scope === 'record')
    throw new ProblemError('broker_refused', 'The broker does not take the record of the job type.', {
      cause,
    });
  return unavailable(cause);
}

function unavailable(cause: unknown): never {
  const detail =
    cause instanceof GroupRebalancingError
      ? 'The workers of the queue are being assigned their partitions. Ask again in some seconds.'
      : 'The broker can not be reached. Ask again later.';
  throw new ProblemError('broker_unavailable', detail, { cause });
}
