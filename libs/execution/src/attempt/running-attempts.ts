import type { StartableJob } from '../admission/startable-job.js';
import type { LazyAbort } from './lazy-abort.js';

/** An attempt whose handler runs. */
export interface RunningAttempt {
  readonly job: StartableJob;
  readonly lazyAbort: LazyAbort;
  /** False where the handler runs in another process. */
  readonly isHere: boolean;
}

/** The attempts that a worker runs now. */
export class RunningAttempts {
  /** By the job's id in lower case. */
  private readonly byId = new Map<string, RunningAttempt>();

  /** @returns the function to call once it has ended */
  began(attempt: RunningAttempt): () => void {
    const id = attempt.job.request.id.toLowerCase();
    this.byId.set(id, attempt);
    return () => {
      if (this.byId.get(id) === attempt) this.byId.delete(id);
    };
  }

  get count(): number {
    return this.byId.size;
  }

  /** All, in the order of their starts. */
  all(): Iterable<RunningAttempt> {
    return this.byId.values();
  }

  /** @param id in lower case */
  find(id: string): RunningAttempt | undefined {
    return this.byId.get(id);
  }

  includes(attempt: RunningAttempt): boolean {
    return this.find(attempt.job.request.id.toLowerCase()) === attempt;
  }

  /** Those whose handler runs in this process, in the order of their starts. */
  *here(): Iterable<RunningAttempt> {
    for (const attempt of this.byId.values()) if (attempt.isHere) yield attempt;
  }

  /** The ids of the first of these. */
  idsHere(max: number): string[] {
    const ids: string[] = [];
    for (const { job } of this.here()) {
      if (ids.length === max) break;
      ids.push(job.request.id);
    }
    return ids;
  }
}
