import { setTimeout as pause } from 'node:timers/promises';
import type { FilteredJob, JobId } from '@jobstream/contracts';
import type { JobView } from '@jobstream/contracts/rest';
import type { ProjectionProgress } from '@jobstream/projection';
import { LRUCache } from 'lru-cache';
import { LogPosition, type Place } from './log-position.js';
import { laterOf, type FoundJob } from './found-job.js';

/** A job as it was shown. */
export class ShownJob {
  /** The fields by which lists choose jobs. The large ones are read when they are asked for. */
  readonly traits: FilteredJob;
  /** A string takes a tenth of the memory of objects. */
  private readonly json: string;
  private readonly place: Place | null;

  /** @param records the records that it is from */
  constructor(
    { view, place }: FoundJob,
    readonly records: LogPosition,
  ) {
    this.traits = this.traitsOf(view);
    this.json = JSON.stringify(view);
    this.place = place;
  }

  private traitsOf({ payload: _, error: __, ...small }: JobView): FilteredJob {
    const read = () => this.read().view;
    const { id, type, queue, state, reason, priority, submittedFor, orderingKey, run, attempt } = small;
    const { parent, flow, createdAt, startedAt, finishedAt } = small;
    return {
      id,
      type,
      queue,
      state,
      reason,
      priority,
      submittedFor,
      orderingKey,
      run,
      attempt,
      parent,
      flow,
      createdAt,
      startedAt,
      finishedAt,
      get payload() {
        return read().payload;
      },
      get error() {
        return read().error;
      },
    };
  }

  /** About its memory, in bytes. */
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
  /** Default an hour: a log that was made anew never reaches the old offsets. */
  readonly maxAgeMs?: number;
  /** Time between two looks at the progress of the projection. Default 1,000. */
  readonly sweepMs?: number;
}

const overheadBytes = 1_000;

/**
 * The jobs that this process has shown from the log, until the projection has their records too: so no client sees a job go back.
 * Bounded by bytes and by age; those shown longest ago are forgotten first.
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
   * Remembers a job before it is shown. A later state that was shown before is kept.
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

  /** The newest state that was shown of the job. Ask before its row is read, and again afterwards: the row may be older. */
  find(id: JobId): FoundJob | undefined {
    return this.entries.get(id)?.read();
  }

  /** All remembered jobs. */
  all(): Map<JobId, ShownJob> {
    return new Map(this.entries.entries());
  }

  /** Forgets the jobs whose records the projection has, until none is left. */
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
