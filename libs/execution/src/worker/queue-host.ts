import type { QueueDefinition, TopicSize, Topics } from '@jobstream/contracts';
import type { Database } from '@jobstream/database';
import type { JobTypeBook } from '@jobstream/job-types';
import type { KafkaConnection, RecordPlace, RecordProducer, TopicAdmin } from '@jobstream/kafka';
import type { OrderBook } from '@jobstream/orders';
import type { Logger } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import type { SuspectGate } from '../admission/suspect-gate.js';
import type { Cells } from '../apart/cells.js';
import type { Cancellations } from '../attempt/cancellations.js';
import type { RunningAttempts } from '../attempt/running-attempts.js';
import type { StrayRejections } from '../attempt/stray-rejections.js';
import type { Claims } from '../claims/claims.js';
import type { Handlers } from '../handlers/handlers.js';
import type { ThreadPool } from '../handlers/thread-pool.js';
import type { LogOutbox } from '../logs/log-outbox.js';
import type { WorkerMetrics } from './worker-metrics.js';

/** A queue that a process serves. */
export interface ServedQueue {
  readonly queue: QueueDefinition;
  /** By job type. Types may come and go while it is served, if the queue and the delays of retries stay the same. */
  readonly handlers: Handlers;
  /** Handlers that run at the same time. */
  readonly concurrency: number;
  /** Who publishes the job types: see `JobTypePublisher`. Undefined where they are published already. */
  readonly owner: string | undefined;
}

/** What the queues of a process have in common. */
export interface QueueWorkerHost {
  readonly topics: Topics;
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly producer: RecordProducer;
  readonly book: JobTypeBook;
  readonly orders: OrderBook;
  readonly cancellations: Cancellations;
  readonly running: RunningAttempts;
  readonly strays: StrayRejections;
  readonly database: Database;
  readonly claims: Claims;
  readonly threads: ThreadPool;
  readonly suspectGate: SuspectGate;
  /** See `ApartAttemptsOptions`. */
  readonly cells: Cells | undefined;
  readonly logs: LogOutbox;
  readonly topicSize: TopicSize;
  readonly instance: string;
  readonly drainMs: number;
  /** The time that a handler has to return after it was told to stop. */
  readonly graceMs: number;
  readonly logger: Logger;
  readonly metrics: WorkerMetrics;
  /** See `AttemptPorts`; with the type as metrics name it. */
  noteBlock(job: StartableJob, type: string, ms: number): void;
  /** Resolves once the record at this place is in {@link book}. */
  passed(place: RecordPlace): Promise<void>;
  /** Ends the process, after an error that only a restart can mend. */
  fatal(error: unknown): void;
}
