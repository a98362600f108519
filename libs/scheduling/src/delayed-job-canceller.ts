import type { Topics } from '@jobstream/contracts';
import { decodeRecord, encodeRecord, type Cancel } from '@jobstream/contracts/records';
import type { Database } from '@jobstream/database';
import type { OutgoingRecord, RecordProducer } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import type { DelayedJob, DelayedJobStore } from '@jobstream/intake';

export interface DelayedJobCancellerOptions {
  readonly database: Database;
  readonly jobs: DelayedJobStore;
  readonly producer: RecordProducer;
  readonly topics: Topics;
  readonly logger: Logger;
}

interface Wish extends Pick<Cancel, 'id' | 'run'> {
  /** Whether this is the first or the second look for its job. */
  readonly look: 1 | 2;
  /** When to look: milliseconds of the monotonic clock. */
  readonly from: number;
}

const cancelsAtOnce = 1_000;
/** A second look finds a job whose row another process was inserting during the first. */
const secondLookMs = 2_000;
const retryMs = 500;
const refusedPauseMs = 5_000;

/**
 * Ends cancelled jobs that are held. Their rows stay locked while their ends are appended, then they are deleted. If the
 * process dies in between, the next reader of the cancel repeats it. A job that is being published is the worker's to cancel.
 */
export class DelayedJobCanceller {
  private wishes: Wish[] = [];

  constructor(private readonly options: DelayedJobCancellerOptions) {}

  add({ id, run }: Cancel): void {
    this.wishes.push({ id, run, look: 1, from: 0 });
  }

  /** Resolves with the milliseconds until the next look; undefined when no cancel waits. */
  async look(): Promise<number | undefined> {
    for (;;) {
      const now = performance.now();
      const due = this.wishes.filter(({ from }) => from <= now).slice(0, cancelsAtOnce);
      if (due.length === 0) return this.wishes.length > 0 ? retryMs : undefined;
      const refused = await this.cancel(due);
      const looked = new Set(due);
      this.wishes = this.wishes.filter((wish) => !looked.has(wish));
      const later = (wish: Wish): Wish[] => {
        if (refused.has(wish.id.toLowerCase())) return [{ ...wish, from: now + refusedPauseMs }];
        return wish.look === 1 ? [{ ...wish, look: 2, from: now + secondLookMs }] : [];
      };
      this.wishes.push(...due.flatMap(later));
    }
  }

  /** Resolves with the jobs whose ends their topic or partition refused. They are tried again later. */
  private async cancel(wishes: readonly Wish[]): Promise<ReadonlySet<string>> {
    const { database, jobs, producer, topics, logger } = this.options;
    const { cancelled, refused } = await database.transaction(async (session) => {
      const locked = await jobs.lockWaiting(session, wishes);
      const finishedAt = new Date(producer.brokerClock.now()).toISOString();
      const outcomes = await producer.sendAll(locked.map((job) => cancelledRecord(topics, job, finishedAt)));
      for (const outcome of outcomes)
        if ('error' in outcome && outcome.error.scope === 'cluster') throw outcome.error;
      const cancelled = locked.filter((_, index) => 'receipt' in outcomes[index]!);
      await jobs.delete(session, cancelled);
      return { cancelled, refused: locked.filter((_, index) => 'error' in outcomes[index]!) };
    });
    for (const { id, run, attempt } of cancelled)
      logger.info({ job: id, run, attempt }, 'delayed job cancelled');
    return new Set(refused.map(({ id }) => id));
  }
}

function cancelledRecord(topics: Topics, job: DelayedJob, finishedAt: string): OutgoingRecord {
  const read = decodeRecord(Buffer.from(job.value), job.headers);
  if ('fault' in read) throw new Error(`The row of delayed job ${job.id} cannot be read: ${read.detail}`);
  const { run, attempt, createdAt, notify, unique, flow, traceparent } = read;
  const { v, id, type, queue, submittedFor } = read.value as Extract<
    typeof read,
    { phase: 'queued' }
  >['value'];
  return {
    topic: topics.events,
    ...encodeRecord({
      run,
      attempt,
      createdAt,
      phase: 'cancelled',
      notify,
      unique,
      flow,
      traceparent,
      value: { v, id, type, queue, ...(submittedFor === undefined ? {} : { submittedFor }), finishedAt },
    }),
  };
}
