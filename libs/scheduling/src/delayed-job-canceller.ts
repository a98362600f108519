import type { Topics } from '@jobstream/contracts';
import { decodeRecord, encodeRecord, type Cancel } from '@jobstream/contracts/records';
import type { Database } from '@jobstream/database';
import type { OutgoingRecord, RecordProducer } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import type { DelayedJob } from './delayed-job.js';
import type { DelayedJobStore } from './delayed-job-store.js';

/** What {@link DelayedJobCanceller} is made of. */
export interface DelayedJobCancellerParts {
  readonly database: Database;
  readonly jobs: DelayedJobStore;
  readonly producer: RecordProducer;
  readonly topics: Topics;
  readonly logger: Logger;
}

interface Wish extends Pick<Cancel, 'id' | 'run'> {
  /** Looked through for the first or the second time. */
  readonly look: 1 | 2;
  /** By the monotonic clock, in milliseconds. */
  readonly from: number;
}

const cancelsAtOnce = 1_000;
/** A job whose record another process writes into its row just then is met by a second look. */
const secondLookMs = 2_000;
const retryMs = 500;
const refusedPauseMs = 5_000;

/**
 * Ends held jobs that are cancelled. Their rows are locked while their ends are appended, then deleted: where a process
 * dies between, whoever reads the cancel again does the same again. What is being published is the worker's to cancel.
 */
export class DelayedJobCanceller {
  private wishes: Wish[] = [];

  constructor(private readonly parts: DelayedJobCancellerParts) {}

  add({ id, run }: Cancel): void {
    this.wishes.push({ id, run, look: 1, from: 0 });
  }

  /** Answers in how many milliseconds to look again. */
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

  /** Resolves with the jobs whose ends were refused, by their topic or partition: those come later, others go on. */
  private async cancel(wishes: readonly Wish[]): Promise<ReadonlySet<string>> {
    const { database, jobs, producer, topics, logger } = this.parts;
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
  if ('fault' in read) throw new Error(`The row of delayed job ${job.id} can't be read: ${read.detail}`);
  const { run, attempt, createdAt, traceparent } = read;
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
      ...(traceparent === undefined ? {} : { traceparent }),
      value: { v, id, type, queue, ...(submittedFor === undefined ? {} : { submittedFor }), finishedAt },
    }),
  };
}
