import { type Database, readDatabaseClock } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import type { SendOutcome } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
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
  private isOutage = false;

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
      const moved = await this.publishSome(existing);
      if (marked === 0 && moved === 0) return retryMs;
    }
  }

  /** Resolves with how many jobs are in their queues now, or rest because they were refused: others come next. */
  private async publishSome(queues: readonly string[]): Promise<number> {
    const { database, jobs, intake } = this.parts;
    const { published, refused, left, now } = await database.transaction(async (session) => {
      const locked = await jobs.lockPublishing(session, queues, jobsAtOnce);
      const sorted = sortOut(locked, await intake.forward(locked));
      await jobs.delete(session, sorted.published);
      await jobs.rest(session, sorted.refused);
      return { ...sorted, now: await readDatabaseClock(session) };
    });
    this.observe(published, now);
    this.noteOutage(left.length);
    return published.length + refused.length;
  }

  /** What one topic or partition refuses, the producer tells of. */
  private noteOutage(left: number): void {
    if (left > 0 === this.isOutage) return;
    this.isOutage = left > 0;
    const { logger } = this.parts;
    if (left > 0) logger.warn({ jobs: left }, 'delayed jobs are not acknowledged: trying again');
    else logger.info('delayed jobs are acknowledged again');
  }

  private observe(published: readonly DelayedJob[], now: number): void {
    const { metrics, logger } = this.parts;
    for (const { id, run, attempt, dueAt } of published) {
      metrics.observeLateness((now - dueAt) / 1_000);
      logger.debug({ job: id, run, attempt, lateMs: now - dueAt }, 'delayed job published');
    }
  }
}

interface SortedOut {
  readonly published: DelayedJob[];
  /** By their topic or partition, or for what they are. */
  readonly refused: DelayedJob[];
  /** Not acknowledged in an outage. */
  readonly left: DelayedJob[];
}

function sortOut(jobs: readonly DelayedJob[], outcomes: readonly SendOutcome[]): SortedOut {
  const sorted: SortedOut = { published: [], refused: [], left: [] };
  jobs.forEach((job, index) => {
    const outcome = outcomes[index]!;
    if ('receipt' in outcome) sorted.published.push(job);
    else if (outcome.error.scope === 'cluster') sorted.left.push(job);
    else sorted.refused.push(job);
  });
  return sorted;
}
