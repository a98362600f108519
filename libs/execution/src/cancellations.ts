import type { Cancel } from '@jobstream/contracts';
import type { CancelBook } from '@jobstream/orders';
import type { Abortion } from './abortion.js';
import type { StartableJob } from './startable-job.js';

/** Which jobs are cancelled, and the attempts that run here, for a cancel to reach them. */
export class Cancellations {
  private readonly running = new Map<string, Abortion>();

  constructor(private readonly cancels: Pick<CancelBook, 'has'>) {}

  has({ request, run }: StartableJob): boolean {
    return this.cancels.has(request.id, run);
  }

  /** @returns what to call once the attempt has ended */
  began(job: StartableJob, abortion: Abortion): () => void {
    const { id } = job.request;
    this.running.set(id, abortion);
    return () => {
      if (this.running.get(id) === abortion) this.running.delete(id);
    };
  }

  /** Tells the job's attempt to stop, where one runs here (`AbortError`). */
  abort({ id }: Pick<Cancel, 'id'>): void {
    this.running.get(id)?.abort(new DOMException('The job was cancelled.', 'AbortError'));
  }
}
