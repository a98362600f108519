import { isFinal, type JobState } from '@jobstream/contracts';
import type { Cancel } from '@jobstream/contracts/records';
import {
  unfinishedStates,
  type BulkCancel,
  type BulkCancelled,
  type CancelledJob,
} from '@jobstream/contracts/rest';
import type { OrderReader, OrderWriter } from '@jobstream/orders';
import type { JobQueries } from '@jobstream/projection';
import { inTime, type Clock } from '@jobstream/runtime';
import type { JobReader } from '@jobstream/status';
import { ProblemError } from '../http/problem-error.js';

/** What {@link JobCancels} is made of. */
export interface JobCancelsParts {
  readonly jobs: JobReader;
  readonly queries: JobQueries;
  /** The broker's time. */
  readonly clock: Clock;
  readonly reader: OrderReader;
  readonly writer: OrderWriter;
}

/** Jobs that are held in memory at a time. */
const pageSize = 500;
const patienceMs = 2_000;

/** Cancels jobs: writes that they are not wanted any more. Whoever has them ends them. */
export class JobCancels {
  constructor(private readonly parts: JobCancelsParts) {}

  /** Whether this run of the job was asked to end, as far as this process has read. */
  isRequested(id: string, run: number): boolean {
    return this.parts.reader.cancels.has(id, run);
  }

  /** @throws ProblemError `job_final`, and what {@link JobReader.read} and {@link write} throw */
  async cancel(text: string): Promise<CancelledJob> {
    const { id, run, state, queue, finishedAt } = await this.parts.jobs.read(text);
    if (isFinal(state)) {
      const detail = `Run ${run} of the job has ended: ${state}${finishedAt ? ` at ${finishedAt}` : ''}.`;
      throw new ProblemError('job_final', detail, { id, state });
    }
    await this.write([this.cancelOf({ id, run, queue })]);
    return { id, run, state, cancelRequested: true };
  }

  /**
   * Page by page, those that the projection has.
   * @throws as {@link write} does; what was written until then is cancelled
   */
  async cancelAll({ type, queue, state, olderThan, dryRun }: BulkCancel): Promise<BulkCancelled> {
    const until = olderThan === undefined ? undefined : new Date(this.parts.clock.now() - olderThan);
    let count = 0;
    for (const each of state === undefined ? unfinishedStates : [state])
      count += await this.cancelPages({ type, queue, until }, each, dryRun);
    return { count, dryRun };
  }

  private async cancelPages(
    filter: { type: string | undefined; queue: string | undefined; until: Date | undefined },
    state: JobState,
    dryRun: boolean,
  ): Promise<number> {
    let count = 0;
    for (let cursor: string | undefined; ;) {
      const { items, next } = await this.parts.queries.list({ ...filter, state, cursor, limit: pageSize });
      const cancels = items
        .filter(({ id, run }) => !this.isRequested(id, run))
        .map((job) => this.cancelOf(job));
      if (!dryRun) await this.write(cancels);
      count += cancels.length;
      if (next === null) return count;
      cursor = next;
    }
  }

  private cancelOf({ id, run, queue }: Pick<Cancel, 'id' | 'run' | 'queue'>): Cancel {
    return { v: 1, id, run, queue, at: new Date(this.parts.clock.now()).toISOString() };
  }

  /** Until this process has read them too. @throws ProblemError `broker_unavailable` */
  private async write(cancels: readonly Cancel[]): Promise<void> {
    const { reader, writer } = this.parts;
    if (cancels.length === 0) return;
    const receipts = await writer.cancel(cancels).catch((cause: unknown) => {
      const detail = 'The broker did not confirm the cancel. It may be asked for again.';
      throw new ProblemError('broker_unavailable', detail, { cause });
    });
    await inTime(Promise.all(receipts.map((receipt) => reader.passed(receipt))), patienceMs);
  }
}
