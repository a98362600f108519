import type { TopicPartition } from '@jobstream/kafka';
import type { Stay } from './stay.js';
import type { StartableJob } from './startable-job.js';
import { CopyMemory } from './copy-memory.js';

/** Counts what {@link Copies} finds. */
export interface CopyCounts {
  countCopy(): void;
  countRerun(type: string): void;
}

/** Finds the records that repeat an attempt which this worker has taken already. */
export class Copies {
  private readonly memory = new CopyMemory();

  /** @param typeLabelOf a job type as metrics name it */
  constructor(
    private readonly counts: CopyCounts,
    private readonly typeLabelOf: (type: string) => string,
  ) {}

  isCopy({ delivery, job }: Stay): boolean {
    const kind = this.memory.note(delivery.record, attemptOf(job!), delivery.record.offset);
    if (kind === 'copy') this.counts.countCopy();
    if (kind === 'rerun') this.counts.countRerun(this.typeLabelOf(job!.request.type));
    return kind === 'copy';
  }

  /** Forgets what these partitions have brought, but for what still runs: its copies may come when they come back. */
  lose(partitions: readonly TopicPartition[], running: Iterable<Stay>): void {
    this.memory.forget(partitions);
    for (const { delivery, job } of running)
      if (job) this.memory.note(delivery.record, attemptOf(job), delivery.record.offset);
  }
}

function attemptOf({ request, run, attempt }: StartableJob): string {
  return `${request.id}/${run}/${attempt}`;
}
