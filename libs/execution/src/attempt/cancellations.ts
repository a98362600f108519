import type { Cancel } from '@jobstream/contracts/records';
import type { CancelBook } from '@jobstream/orders';
import type { StartableJob } from '../admission/startable-job.js';
import type { RunningAttempts } from './running-attempts.js';

/** The jobs that are cancelled. A cancel stops the attempt that runs. */
export class Cancellations {
  constructor(
    private readonly cancels: Pick<CancelBook, 'has'>,
    private readonly running: Pick<RunningAttempts, 'find'>,
  ) {}

  /** Whether this run of the job is cancelled. */
  has({ request, run }: StartableJob): boolean {
    return this.cancels.has(request.id.toLowerCase(), run);
  }

  /** Stops the attempt of the job (`AbortError`), if one of this run or an earlier one runs here. */
  abort({ id, run }: Pick<Cancel, 'id' | 'run'>): void {
    const running = this.running.find(id);
    if (running === undefined || running.job.run > run) return;
    running.lazyAbort.abort(new DOMException('The job was cancelled.', 'AbortError'));
  }
}
