import type { Database } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import type { SendOutcome } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { readDatabaseClock } from './database-clock.js';
import type { DelayedJob } from './delayed-job.js';
import type { DelayedJobStore } from './delayed-job-store.js';
import type { ExistingQueues } from './existing-queues.js';
import type { SchedulingMetrics } from './scheduling-metrics.js';

/** What {@link DelayedJobPublisher} is made of. */
export interface DelayedJobPublisherParts {
  readonly database: Database;
  readonly jobs: DelayedJobStore;
  readonly queues: ExistingQueues;
  readonly intake: JobIntake;
  readonly metrics: SchedulingMetrics;
  readonly logger: Logger;
}

const jobsAtOnce = 1_000;
/** When to look again at jobs that could not be published, or that another process is publishing. */
const retryMs = 500;

/**
 * Puts delayed jobs into their queues when they are due. Each is first marked, and that is committed; then appended to its
 * queue; then deleted. Where a process dies between, another appends the same record again: a copy, not a second job.
 */
export class DelayedJobPublisher {
  constructor(private readonly parts: DelayedJobPublisherParts) {}

  /** Publishes what is due; answers in how many milliseconds to look again. */
  async look(): Promise<number | undefined> {
    const { jobs, queues } = this.parts;
    for (;;) {
      const existing = await queues.list();
      const { nextInMs, publishing } = await jobs.work(existing);
      const isDue = nextInMs !== undefined && nextInMs <= 0;
      if (!isDue && !publishing) return nextInMs;
      const marked = isDue ? await jobs.markDue(jobsAtOnce) : 0;
      const published = await this.publishSome(existing);
      if (marked === 0 && published === 0) return retryMs;
    }
  }

  /** Resolves with how many jobs are in their queues now. */
  private async publishSome(queues: readonly string[]): Promise<number> {
    const { database, jobs, intake } = this.parts;
    const { published, now } = await database.transaction(async (session) => {
      const locked = await jobs.lockPublishing(session, queues, jobsAtOnce);
      const outcomes = await intake.forward(locked);
      const published = locked.filter((job, index) => this.isPublished(job, outcomes[index]!));
      await jobs.delete(session, published);
      return { published, now: await readDatabaseClock(session) };
    });
    this.observe(published, now);
    return published.length;
  }

  private isPublished({ id, run, attempt, queue }: DelayedJob, outcome: SendOutcome): boolean {
    if ('receipt' in outcome) return true;
    const about = { job: id, run, attempt, queue, code: outcome.error.code };
    this.parts.logger.warn(about, 'delayed job not acknowledged: trying again');
    return false;
  }

  private observe(published: readonly DelayedJob[], now: number): void {
    const { metrics, logger } = this.parts;
    for (const { id, run, attempt, dueAt } of published) {
      metrics.observeLateness((now - dueAt) / 1_000);
      logger.debug({ job: id, run, attempt, lateMs: now - dueAt }, 'delayed job published');
    }
  }
}
