import { decodeRecord, encodeRecord, type Cancel, type Topics } from '@jobstream/contracts';
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
      await this.cancel(due);
      const looked = new Set(due);
      this.wishes = this.wishes.filter((wish) => !looked.has(wish));
      const again = due.filter(({ look }) => look === 1);
      this.wishes.push(...again.map((wish) => ({ ...wish, look: 2 as const, from: now + secondLookMs })));
    }
  }

  private cancel(wishes: readonly Wish[]): Promise<void> {
    const { database, jobs, producer, topics, logger } = this.parts;
    return database.transaction(async (session) => {
      const locked = await jobs.lockWaiting(session, wishes);
      if (locked.length === 0) return;
      const finishedAt = new Date().toISOString();
      const outcomes = await producer.sendAll(locked.map((job) => cancelledRecord(topics, job, finishedAt)));
      const failed = outcomes.find((outcome) => 'error' in outcome);
      if (failed) throw failed.error;
      await jobs.delete(session, locked);
      for (const { id, run, attempt } of locked)
        logger.info({ job: id, run, attempt }, 'delayed job cancelled');
    });
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
      ...{ run, attempt, createdAt, phase: 'cancelled' },
      ...(traceparent === undefined ? {} : { traceparent }),
      value: { v, id, type, queue, ...(submittedFor === undefined ? {} : { submittedFor }), finishedAt },
    }),
  };
}
