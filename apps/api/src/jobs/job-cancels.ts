import { Injectable } from '@nestjs/common';
import { isFinal } from '@jobstream/contracts';
import type { Cancel } from '@jobstream/contracts/records';
import type { CancelledJob } from '@jobstream/contracts/rest';
import { BrokerClock, TopicFollower } from '@jobstream/kafka';
import { OrderReader, OrderWriter } from '@jobstream/orders';
import { inTime } from '@jobstream/runtime';
import { JobReader } from '@jobstream/status';
import { ProblemError } from '../http/problem-error.js';

/** Jobs that are held in memory at a time. */
const pageSize = 500;
/** Time limit of the wait until this process has read a cancel. */
const readTimeoutMs = 2_000;

/** Cancels jobs by an order in the log. The worker, or the scheduler, that holds a job ends it. */
@Injectable()
export class JobCancels {
  constructor(
    private readonly jobs: JobReader,
    private readonly clock: BrokerClock,
    private readonly reader: OrderReader,
    private readonly follower: TopicFollower,
    private readonly writer: OrderWriter,
  ) {}

  /** Whether a cancel of this run of the job was read by this process. */
  isRequested(id: string, run: number): boolean {
    return this.reader.cancels.has(id, run);
  }

  /** @throws ProblemError `job_final`, and what {@link JobReader.read} and {@link write} throw */
  async cancel(text: string): Promise<CancelledJob> {
    const { id, run, state, queue, finishedAt } = await this.jobs.read(text);
    if (isFinal(state)) {
      const detail = `Run ${run} of the job has ended: ${state}${finishedAt ? ` at ${finishedAt}` : ''}.`;
      throw new ProblemError('job_final', detail, { id, state });
    }
    await this.write([this.cancelOf({ id, run, queue })]);
    return { id, run, state, cancelRequested: true };
  }

  /**
   * Cancels these runs, whatever their jobs' states are by now.
   * @throws as {@link write} does
   */
  async cancelRuns(runs: readonly Pick<Cancel, 'id' | 'run' | 'queue'>[]): Promise<void> {
    for (let first = 0; first < runs.length; first += pageSize)
      await this.write(runs.slice(first, first + pageSize).map((run) => this.cancelOf(run)));
  }

  private cancelOf({ id, run, queue }: Pick<Cancel, 'id' | 'run' | 'queue'>): Cancel {
    return { v: 1, id, run, queue, at: new Date(this.clock.now()).toISOString() };
  }

  /** Resolves once this process has read them too. @throws ProblemError `broker_unavailable` */
  private async write(cancels: readonly Cancel[]): Promise<void> {
    const { follower, writer } = this;
    if (cancels.length === 0) return;
    const receipts = await writer.cancel(cancels).catch((cause: unknown) => {
      const detail = 'The broker did not confirm the cancel. Send it again.';
      throw new ProblemError('broker_unavailable', detail, { cause });
    });
    await inTime(Promise.all(receipts.map((receipt) => follower.passed(receipt))), readTimeoutMs);
  }
}
