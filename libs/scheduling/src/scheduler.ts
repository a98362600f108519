import type { Topics } from '@jobstream/contracts';
import { isPermanent, type Database } from '@jobstream/database';
import { type JobIntake, DelayedJobStore } from '@jobstream/intake';
import type { JobTypeReader } from '@jobstream/job-types';
import { TopicAdmin, TopicFollower, type KafkaConnection, type RecordProducer } from '@jobstream/kafka';
import { OrderReader } from '@jobstream/orders';
import type { Health, Logger } from '@jobstream/runtime';
import type { Registry } from 'prom-client';
import { declaredSchedulesByName } from './check-schedule.js';
import { DelayedJobCanceller } from './delayed-job-canceller.js';
import { DelayedJobPublisher } from './delayed-job-publisher.js';
import { DelayedJobReader } from './delayed-job-reader.js';
import { DuePoll } from './due-poll.js';
import { ExistingQueues } from './existing-queues.js';
import { FiringProducer } from './firing-producer.js';
import { FiringStore } from './firing-store.js';
import { JobEndReader } from './job-end-reader.js';
import { ScheduleStore } from './schedule-store.js';
import { ScheduleTicker } from './schedule-ticker.js';
import { SchedulingMetrics } from './scheduling-metrics.js';

export interface SchedulerOptions {
  readonly connection: KafkaConnection;
  readonly database: Database;
  readonly topics: Topics;
  readonly intake: JobIntake;
  /** Followed together with the orders; what intake checks by. */
  readonly jobTypes: JobTypeReader;
  readonly producer: RecordProducer;
  readonly logger: Logger;
  readonly metrics: Registry;
  /** Makes the schemas and topics that the scheduler needs. Repeated while Kafka or Postgres is away. */
  readonly prepare: () => Promise<void>;
  /** Called with an error that only a restart or a person can mend. */
  readonly onFatal: (error: Error) => void;
}

/** Time between two looks at most, to find work that other processes have written or left behind. */
const maxPauseMs = 1_000;

/**
 * Fires schedules, holds delayed jobs and puts them into their queues. Several may run: when one dies, another continues its
 * work within a second. Driven by {@link tick}.
 */
export class Scheduler {
  private readonly admin: TopicAdmin;
  private readonly reader: DelayedJobReader;
  private readonly ends: JobEndReader;
  private readonly follower: TopicFollower;
  private readonly polls: Readonly<Record<'preparation' | 'schedules' | 'due' | 'cancels', DuePoll>>;
  private isPrepared = false;

  constructor(private readonly options: SchedulerOptions) {
    const { connection, database, topics, intake, logger, onFatal } = options;
    const metrics = new SchedulingMetrics(options.metrics);
    this.admin = new TopicAdmin(connection);
    const jobs = new DelayedJobStore(database);
    this.reader = new DelayedJobReader({
      connection,
      database,
      topics,
      jobs,
      metrics,
      logger,
      onFatal,
      admin: this.admin,
      onHeld: () => this.polls.due.expect(0),
    });
    const queues = new ExistingQueues(this.admin, topics);
    const publisher = new DelayedJobPublisher({ database, jobs, queues, intake, metrics, logger });
    const canceller = new DelayedJobCanceller({ database, jobs, topics, logger, producer: options.producer });
    const orders = new OrderReader({
      topics,
      logger,
      onCancel: (cancel) => {
        canceller.add(cancel);
        this.polls.cancels.expect(0);
      },
    });
    this.follower = new TopicFollower({
      connection,
      parts: [orders, options.jobTypes],
      groupIdPrefix: `${topics.serviceGroup('scheduler')}.orders.`,
      onFatal,
    });
    const schedules = new ScheduleStore(database);
    const firings = new FiringStore(database);
    this.ends = new JobEndReader({
      connection,
      database,
      topics,
      jobTypes: options.jobTypes.book,
      schedules,
      firings,
      admin: this.admin,
      logger,
      onFatal,
    });
    const ticker = new ScheduleTicker({
      database,
      metrics,
      logger,
      schedules,
      firings,
      producer: new FiringProducer(intake, logger, metrics),
    });
    this.polls = {
      preparation: this.poll('preparing', () => this.prepare()),
      schedules: this.poll('firing schedules', () => ticker.look()),
      due: this.poll('publishing delayed jobs', () => publisher.look()),
      cancels: this.poll('cancelling delayed jobs', () => canceller.look()),
    };
  }

  /** Does due work. Call it several times in each tenth of a second: it costs nothing while no work is due. */
  tick(): void {
    const { preparation, ...others } = this.polls;
    if (!this.isPrepared) void preparation.tick();
    else for (const poll of Object.values(others)) void poll.tick();
  }

  /** Ready means: it fires, holds and publishes. */
  async health(): Promise<Health> {
    if (!this.isPrepared) return { ok: false, why: explain('preparing', this.polls.preparation) };
    for (const [name, poll] of Object.entries(this.polls))
      if (poll.lastFailure !== undefined) return { ok: false, why: explain(name, poll) };
    return this.ends.trouble === null ? this.reader.health() : { ok: false, why: this.ends.trouble };
  }

  /** Finishes the work under way and leaves its groups. */
  async stop(): Promise<void> {
    await Promise.all(Object.values(this.polls).map((poll) => poll.stop()));
    await Promise.all([this.reader.stop(), this.ends.stop(), this.follower.stop()]);
    await this.admin.stop();
  }

  private async prepare(): Promise<undefined> {
    const { prepare, database, intake } = this.options;
    await prepare();
    await intake.learnTime();
    await new ScheduleStore(database).declare(declaredSchedulesByName());
    this.reader.start();
    this.ends.start();
    // What fires, and what goes into which lane, follows from the job types.
    this.isPrepared = await this.follower.start();
  }

  private poll(what: string, look: () => Promise<number | undefined>): DuePoll {
    const poll = new DuePoll({
      look,
      onFailure: (error, isFirst) => {
        if (isPermanent(error)) this.options.onFatal(error);
        else if (isFirst) this.options.logger.warn({ err: error }, `${what} failed: trying again`);
      },
      maxPauseMs,
      monotonic: () => performance.now(),
    });
    return poll;
  }
}

function explain(what: string, { lastFailure }: DuePoll): string {
  return lastFailure === undefined ? `${what} has not ended yet.` : `${what}: ${lastFailure.message}`;
}
