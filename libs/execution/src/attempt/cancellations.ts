import type { Cancel } from '@jobstream/contracts/records';
import type { CancelBook } from '@jobstream/orders';
import type { StartableJob } from '../admission/startable-job.js';
import type { RunningAttempts } from './running-attempts.js';

interface Waiting {
  readonly run: number;
  readonly stop: () => void;
}

/** The jobs that are cancelled. A cancel stops the attempt that runs, and the wait of a job that can end without it. */
export class Cancellations {
  /** By the job's id in lower case, as cancels name it. */
  private readonly waiting = new Map<string, Waiting>();

  constructor(
    private readonly cancels: Pick<CancelBook, 'has'>,
    private readonly running: Pick<RunningAttempts, 'find'>,
  ) {}

  /** Whether this run of the job is cancelled. */
  has({ request, run }: StartableJob): boolean {
    return this.cancels.has(request.id.toLowerCase(), run);
  }

  /** Calls `stop` when this run of the waiting job, or a later one, is cancelled. @returns the function to call once it waits no longer */
  watchWait({ request, run }: StartableJob, stop: () => void): () => void {
    const id = request.id.toLowerCase();
    const waiting = { run, stop };
    this.waiting.set(id, waiting);
    return () => {
      if (this.waiting.get(id) === waiting) this.waiting.delete(id);
    };
  }

  /** Stops what the job does here, if that is of this run or an earlier one: its attempt with an `AbortError`. */
  abort({ id, run }: Pick<Cancel, 'id' | 'run'>): void {
    const running = this.running.find(id);
    if (running !== undefined && running.job.run <= run)
      running.lazyAbort.abort(new DOMException('The job was cancelled.', 'AbortError'));
    const waiting = this.waiting.get(id);
    if (waiting !== undefined && waiting.run <= run) waiting.stop();
  }
}
