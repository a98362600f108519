import {
  describeJobType,
  fingerprintOf,
  type JobDefinition,
  type JobType,
  type Topics,
} from '@jobstream/contracts';
import { encodeJobType, publishJobType, type JobTypeRecord } from '@jobstream/contracts/records';
import type { RecordPlace, RecordProducer } from '@jobstream/kafka';
import type { Health, Logger } from '@jobstream/runtime';
import { labelOf } from './member-labels.js';
import { decidePublication, type PublicationDecision, type PublicationName } from './decide-publication.js';
import type { JobTypeBook } from './job-type-book.js';
import { refuseUnfitSchemas } from './schema/unfit-schema.js';

export interface JobTypePublisherOptions {
  readonly producer: RecordProducer;
  readonly topics: Topics;
  /** The types in force, which have to be known. */
  readonly book: JobTypeBook;
  readonly definitions: readonly JobDefinition[];
  /** Who publishes, the same in all processes of a deployment and in its next version: the name of the worker's package. */
  readonly owner: string;
  /** What the other members of the queue's group serve. */
  readonly live: () => Promise<readonly PublicationName[]>;
  /** Resolves once the record at this place is in {@link book}. */
  readonly passed: (place: RecordPlace) => Promise<void>;
  readonly logger: Logger;
}

/** An endpoint serves a type of the queue, so no worker may. */
export class QueueTakenError extends Error {
  override readonly name = 'QueueTakenError';
  readonly code = 'queue_taken';

  constructor({ queue, type, owner }: Pick<JobTypeRecord, 'queue' | 'type' | 'owner'>) {
    super(
      `The queue "${queue.name}" is served over HTTP: "${type}" of ${owner} has an endpoint. Give this worker a queue of its own, or delete that job type.`,
    );
  }
}

/** A type that another definition holds: this worker looks again until it is its turn, or another's for good. */
const lookAgainMs = 15_000;

/** Publishes the job types of a worker, and looks again while another definition of one of them is in force. */
export class JobTypePublisher {
  private timer: NodeJS.Timeout | undefined;
  private readonly decisions = new Map<string, PublicationDecision['kind']>();

  private readonly jobTypes: readonly JobType[];
  /** By type. */
  private readonly fingerprints: ReadonlyMap<string, string>;

  /** @throws UnfitSchemaError when a definition can not be published */
  constructor(private readonly options: JobTypePublisherOptions) {
    this.jobTypes = options.definitions.map(describeJobType);
    for (const jobType of this.jobTypes) refuseUnfitSchemas(jobType);
    this.fingerprints = new Map(this.jobTypes.map((jobType) => [jobType.type, fingerprintOf(jobType)]));
  }

  /** What the other members of the group are told of this worker. */
  get labels(): string[] {
    const { owner } = this.options;
    return [...this.fingerprints.values()].map((fingerprint) => labelOf({ owner, fingerprint }));
  }

  /**
   * Decides for each type, and writes those that are new. What is written is in the book when this resolves.
   * @throws QueueTakenError, NeverSentError, UnacknowledgedError, RecordRefusedError, ClockUnknownError; what `live` throws
   */
  async publish(): Promise<void> {
    this.refuseTakenQueues();
    for (const jobType of this.jobTypes) await this.publishOne(jobType);
  }

  /** Both fingerprints of a type, if another definition is in force than the one of this worker, or it has none; else undefined. */
  outdated(type: string): string | undefined {
    const mine = this.fingerprints.get(type) ?? 'none';
    const inForce = this.options.book.find(type)?.record.fingerprint;
    if (inForce === undefined || mine === inForce) return undefined;
    return `This worker serves the definition ${mine} of "${type}"; the one in force is ${inForce}.`;
  }

  /** Looks again from now on. */
  start(): void {
    this.timer = setInterval(() => {
      if (![...this.decisions.values()].some(isWaiting)) return;
      this.publish().catch((err: unknown) =>
        this.options.logger.warn({ err }, 'job types not published: trying again'),
      );
    }, lookAgainMs);
  }

  stop(): void {
    clearInterval(this.timer);
  }

  /** Not ok while another owner serves one of these types. */
  health(): Health {
    const contested = [...this.decisions].flatMap(([type, kind]) => (kind === 'contested' ? [type] : []));
    if (contested.length === 0) return { ok: true };
    const owners = contested.map(
      (type) => `"${type}" belongs to ${this.options.book.find(type)?.record.owner}`,
    );
    const remedy = 'Rename the type, stop the other worker, or set OWNER to the same name in both.';
    return {
      ok: false,
      why: `Another owner serves a job type of this name: ${owners.join(', ')}. ${remedy}`,
    };
  }

  /** A worker and the http-worker in one group would set the jobs of each other aside. */
  private refuseTakenQueues(): void {
    const queues = new Set(this.jobTypes.map(({ queue }) => queue.name));
    const taken = this.options.book
      .all()
      .find(({ record }) => record.endpoint !== undefined && queues.has(record.queue.name));
    if (taken) throw new QueueTakenError(taken.record);
  }

  private async publishOne(jobType: JobType): Promise<void> {
    const { logger, owner, book } = this.options;
    const { type } = jobType;
    const publishedAt = new Date(this.options.producer.brokerClock.now()).toISOString();
    const mine = publishJobType(jobType, owner, publishedAt);
    const decision = await this.decide(mine);
    if ('record' in decision && decision.record) await this.write(decision.record);
    if (this.decisions.get(type) === decision.kind) return;
    this.decisions.set(type, decision.kind);
    const about = { type, owner, fingerprint: mine.fingerprint };
    switch (decision.kind) {
      case 'publish':
        logger.info(about, 'job type published');
        break;
      case 'older':
        logger.warn(about, 'job type not published: a newer definition is in force');
        break;
      case 'contested':
        logger.error(
          { ...about, rival: book.find(type)?.record.owner },
          'job type contested: another owner serves it',
        );
        break;
      case 'stands':
    }
  }

  private async decide(mine: JobTypeRecord): Promise<PublicationDecision> {
    const { book, live } = this.options;
    const inForce = () => book.find(mine.type)?.record;
    const first = decidePublication(inForce(), mine, undefined);
    if (first.kind !== 'ask') return first;
    const served = await live();
    return decidePublication(inForce(), mine, served);
  }

  private async write(record: JobTypeRecord): Promise<void> {
    const { producer, topics, passed } = this.options;
    const receipt = await producer.send({ topic: topics.types, ...encodeJobType(record.type, record) });
    await passed(receipt);
  }
}

function isWaiting(kind: PublicationDecision['kind']): boolean {
  return kind === 'older' || kind === 'contested';
}
