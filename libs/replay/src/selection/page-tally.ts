import { setImmediate as immediately } from 'node:timers/promises';
import type { JobId } from '@jobstream/contracts';
import type { ReplayFault, SkipReason } from '@jobstream/contracts/rest';
import type { NewRun } from './new-run.js';

/** A run to make, and what it is counted under. */
export interface SelectedRun extends NewRun {
  readonly type: string;
  /** The reason of its dead letter or, without one, its state. */
  readonly cause: string;
}

/** Patching a large payload takes milliseconds. After this time the process does other work before it continues. */
const maxHeldMs = 20;

/** Sorts the jobs of a page: what is run again, what is skipped, what can not be run. */
export class PageTally {
  readonly runs: SelectedRun[] = [];
  readonly skipped = new Map<SkipReason, number>();
  /** Jobs whose payload cannot be patched. */
  readonly faults: ReplayFault[] = [];
  private readonly seen = new Set<string>();
  private letOthersAt = performance.now() + maxHeldMs;

  skip(reason: SkipReason): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  fail(id: JobId, detail: string): void {
    this.faults.push({ id, detail });
  }

  add(run: SelectedRun): void {
    this.runs.push(run);
  }

  /** Whether the page has had this run before; from now on it has. */
  sees(id: JobId, run: number): boolean {
    const name = `${id}/${run}`;
    if (this.seen.has(name)) return true;
    this.seen.add(name);
    return false;
  }

  /** Lets the process do other work, if this page has held it up for long. */
  async letOthers(): Promise<void> {
    if (performance.now() < this.letOthersAt) return;
    await immediately();
    this.letOthersAt = performance.now() + maxHeldMs;
  }
}
