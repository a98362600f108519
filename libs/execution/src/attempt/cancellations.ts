import type { Cancel } from '@jobstream/contracts/records';
import type { CancelBook } from '@jobstream/orders';
import type { LazyAbort } from './lazy-abort.js';
import type { StartableJob } from '../admission/startable-job.js';

/** The jobs that are cancelled, and the attempts that run here: a cancel stops them. */
export class Cancellations {
  /** By the job's id in lower case, as cancels name it. */
  private readonly running = new Map<string, { readonly run: number; readonly lazyAbort: LazyAbort }>();

  constructor(private readonly cancels: Pick<CancelBook, 'has'>) {}

  /** Whether this run of the job is cancelled. */
  has({ request, run }: StartableJob): boolean {
    return this.cancels.has(request.id.toLowerCase(), run);
  }

  /** Notes a running attempt. @returns the function to call once it has ended */
  began({ request, run }: StartableJob, lazyAbort: LazyAbort): () => void {
    const id = request.id.toLowerCase();
    this.running.set(id, { run, lazyAbort });
    return () => {
      if (this.running.get(id)?.lazyAbort === lazyAbort) this.running.delete(id);
    };
  }

  /** Stops the attempt of the job (`AbortError`), if one of this run or an earlier one runs here. */
  abort({ id, run }: Pick<Cancel, 'id' | 'run'>): void {
    const running = this.running.get(id);
    if (running === undefined || running.run > run) return;
    running.lazyAbort.abort(new DOMException('The job was cancelled.', 'AbortError'));
  }
}
