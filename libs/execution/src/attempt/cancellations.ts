import type { Cancel } from '@jobstream/contracts/records';
import type { CancelBook } from '@jobstream/orders';
import type { LazyAbort } from './lazy-abort.js';
import type { StartableJob } from '../admission/startable-job.js';

/** Which jobs are cancelled, and the attempts that run here, for a cancel to reach them. */
export class Cancellations {
  /** By the job's id in lower case, as cancels name it. */
  private readonly running = new Map<string, { readonly run: number; readonly lazyAbort: LazyAbort }>();

  constructor(private readonly cancels: Pick<CancelBook, 'has'>) {}

  has({ request, run }: StartableJob): boolean {
    return this.cancels.has(request.id.toLowerCase(), run);
  }

  /** @returns what to call once the attempt has ended */
  began({ request, run }: StartableJob, lazyAbort: LazyAbort): () => void {
    const id = request.id.toLowerCase();
    this.running.set(id, { run, lazyAbort });
    return () => {
      if (this.running.get(id)?.lazyAbort === lazyAbort) this.running.delete(id);
    };
  }

  /** Tells the job's attempt to stop, where one of this run or an earlier one runs here (`AbortError`). */
  abort({ id, run }: Pick<Cancel, 'id' | 'run'>): void {
    const running = this.running.get(id);
    if (running === undefined || running.run > run) return;
    running.lazyAbort.abort(new DOMException('The job was cancelled.', 'AbortError'));
  }
}
