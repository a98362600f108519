import { setTimeout as pause } from 'node:timers/promises';
import type { JobId } from '@jobstream/contracts';
import type { JobView } from '@jobstream/contracts/rest';
import type { ProjectionProgress } from '@jobstream/projection';
import { LRUCache } from 'lru-cache';
import { LogPosition, type Place } from './log-position.js';
import { laterOf, type FoundJob } from './found-job.js';

/** What lists choose jobs by. */
export type JobTraits = Pick<JobView, 'id' | 'type' | 'queue' | 'state' | 'submittedFor' | 'createdAt'>;

/** What was shown of a job. */
export class ShownJob {
  readonly traits: JobTraits;
  /** A string is a tenth of the objects. */
  private readonly json: string;
  private readonly place: Place | null;

  /** @param records what it is from */
  constructor(
    { view, place }: FoundJob,
    readonly records: LogPosition,
  ) {
    const { id, type, queue, state, submittedFor, createdAt } = view;
    this.traits = { id, type, queue, state, submittedFor, createdAt };
    this.json = JSON.stringify(view);
    this.place = place;
  }

  /** Bytes it takes, about. */
  get size(): number {
    return 2 * this.json.length + overheadBytes;
  }

  read(): FoundJob {
    return { view: JSON.parse(this.json) as JobView, place: this.place };
  }
}

export interface ShownJobsOptions {
  readonly progress: Pick<ProjectionProgress, 'waitUntilPassed'>;
  /** Default 16 MiB, some 10,000 small jobs. */
  readonly maxBytes?: number;
  /** Default an hour: a log made anew never comes to where it was. */
  readonly maxAgeMs?: number;
  /** Between two looks at how far the projection has come. Default 1,000. */
  readonly sweepMs?: number;
}

const overheadBytes = 1_000;

/**
 * What this process has shown of jobs from the log, until the projection has it too: what a client was shown is never
 * taken back. Bounded by bytes and by age; those shown longest ago go first. Costs nothing while it is empty.
 */
export class ShownJobs {
  private readonly entries: LRUCache<JobId, ShownJob>;
  private isSweeping = false;

  constructor(private readonly options: ShownJobsOptions) {
    const { maxBytes = 16 * 1024 * 1024, maxAgeMs = 3_600_000 } = options;
    this.entries = new LRUCache({
      maxSize: maxBytes,
      sizeCalculation: ({ size }) => size,
      ttl: maxAgeMs,
    });
  }

  /**
   * Before it is shown. What was shown of the job before counts where it is later.
   * @param records how far the log was read for it
   */
  note(job: FoundJob, records: LogPosition): void {
    const { id } = job.view;
    const before = this.entries.peek(id);
    const shown = before
      ? new ShownJob(laterOf(before.read(), job), LogPosition.of([before.records, records]))
      : new ShownJob(job, LogPosition.of([records]));
    this.entries.set(id, shown);
    if (!this.isSweeping) void this.sweep();
  }

  /** The newest that was shown of the job. Ask before its row is read, and again afterwards: its row may be older. */
  find(id: JobId): FoundJob | undefined {
    return this.entries.get(id)?.read();
  }

  /** What is remembered of all jobs. */
  all(): Map<JobId, ShownJob> {
    return new Map(this.entries.entries());
  }

  /** Forgets what the projection has, for as long as there is anything to forget. */
  private async sweep(): Promise<void> {
    this.isSweeping = true;
    const { progress, sweepMs = 1_000 } = this.options;
    while (this.entries.size > 0) {
      await pause(sweepMs, undefined, { ref: false });
      const old = [...this.entries.entries()];
      const ends = LogPosition.of(old.map(([, { records }]) => records)).ends();
      const isPassed = await progress.waitUntilPassed(ends, sweepMs).catch(() => false);
      if (!isPassed) continue;
      for (const [id, entry] of old) if (this.entries.peek(id) === entry) this.entries.delete(id);
    }
    this.isSweeping = false;
  }
}
