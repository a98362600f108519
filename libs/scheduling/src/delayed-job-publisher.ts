import { type Database, readDatabaseClock } from '@jobstream/database';
import type { JobIntake, DelayedJob, DelayedJobStore } from '@jobstream/intake';
import type { SendOutcome } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import type { ExistingQueues } from './existing-queues.js';
import type { SchedulingMetrics } from './scheduling-metrics.js';

export interface DelayedJobPublisherOptions {
  readonly database: Database;
  readonly jobs: DelayedJobStore;
  readonly queues: ExistingQueues;
  readonly intake: JobIntake;
  readonly metrics: SchedulingMetrics;
  readonly logger: Logger;
}

const jobsAtOnce = 1_000;
/** Pause before another look at jobs that could not be published, or that another process is publishing. */
const retryMs = 500;

/**
 * Puts delayed jobs into their queues when they are due. A job is first marked, in a transaction of its own, then appended to
 * its queue, then deleted. If the process dies in between, another appends the same record again: a copy, not a second job.
 */
export class DelayedJobPublisher {
  private isOutage = false;

  constructor(private readonly options: DelayedJobPublisherOptions) {}

  /** Publishes due jobs. Resolves with the milliseconds until the next look; undefined when no job waits. */
  async look(): Promise<number | undefined> {
    const { jobs, queues } = this.options;
    for (;;) {
      const existing = await queues.list();
      const { nextInMs, publishing } = await jobs.work(existing);
      const isDue = nextInMs !== undefined && nextInMs <= 0;
      if (!isDue && !publishing) return nextInMs;
      const marked = isDue ? await jobs.markDue(jobsAtOnce) : 0;
      const moved = await this.publishSome(existing);
      if (marked === 0 && moved === 0) return retryMs;
    }
  }

  /** Resolves with the number of jobs that were published, or refused and rest now: others come next. */
  private async publishSome(queues: readonly string[]): Promise<number> {
    const { database, jobs, intake } = this.options;
    const { published, refused, left, now } = await database.transaction(async (session) => {
      const locked = await jobs.lockPublishing(session, queues, jobsAtOnce);
      const sorted = sortByOutcome(locked, await intake.forward(locked));
      await jobs.delete(session, sorted.published);
      await jobs.rest(session, sorted.refused);
      return { ...sorted, now: await readDatabaseClock(session) };
    });
    this.observe(published, now);
    this.noteOutage(left.length);
    return published.length + refused.length;
  }

  /** Logs the beginning and the end of an outage. Refusals of one topic or partition are the producer's to log. */
  private noteOutage(left: number): void {
    if (left > 0 === this.isOutage) return;
    this.isOutage = left > 0;
    const { logger } = this.options;
    if (left > 0) logger.warn({ jobs: left }, 'delayed jobs not acknowledged: trying again');
    else logger.info('delayed jobs acknowledged again');
  }

  private observe(published: readonly DelayedJob[], now: number): void {
    const { metrics, logger } = this.options;
    for (const { id, run, attempt, dueAt } of published) {
      metrics.observeLateness((now - dueAt) / 1_000);
      logger.debug({ job: id, run, attempt, lateMs: now - dueAt }, 'delayed job published');
    }
  }
}

interface SortedJobs {
  readonly published: DelayedJob[];
  /** By their topic or partition, or because of their content. */
  readonly refused: DelayedJob[];
  /** Not acknowledged in an outage. */
  readonly left: DelayedJob[];
}

function sortByOutcome(jobs: readonly DelayedJob[], outcomes: readonly SendOutcome[]): SortedJobs {
  const sorted: SortedJobs = { published: [], refused: [], left: [] };
  jobs.forEach((job, index) => {
    const outcome = outcomes[index]!;
    if ('receipt' in outcome) sorted.published.push(job);
    else if (outcome.error.scope === 'cluster') sorted.left.push(job);
    else sorted.refused.push(job);
  });
  return sorted;
}
