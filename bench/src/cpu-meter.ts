import type { Sample } from './figure.js';
import { readProcesses, totalTime } from './processor-time.js';

/** A process whose processor time counts, with all that it starts. */
export interface MeteredProcess {
  /** Processes of the same name count together. */
  readonly name: string;
  readonly pid: number;
}

/** What the measure is called; see {@link CpuMeter.perJob}. */
export const cpuMeasure = 'CPU µs a job';

/** Tells how much processor time processes take from now on. */
export class CpuMeter {
  private readonly before: ReadonlyMap<string, number>;

  constructor(private readonly processes: readonly MeteredProcess[]) {
    this.before = this.read();
  }

  /** µs of user and system time for each of so many jobs: of all processes, and of each. Empty where the system does not tell. */
  perJob(jobs: number): Sample {
    const taken = [...this.read()].map(
      ([name, micros]) => [name, (micros - (this.before.get(name) ?? 0)) / jobs] as const,
    );
    if (taken.length === 0) return {};
    const all = taken.reduce((total, [, micros]) => total + micros, 0);
    const parts = taken.map(([name, micros]) => [`${cpuMeasure} of ${name}`, micros] as const);
    return Object.fromEntries([[cpuMeasure, all], ...parts]);
  }

  private read(): Map<string, number> {
    const [all, found] = [readProcesses(), new Map<string, number>()];
    if (all.length === 0) return found;
    for (const { name, pid } of this.processes) {
      found.set(name, (found.get(name) ?? 0) + totalTime(pid, all) * 1_000);
    }
    return found;
  }
}
