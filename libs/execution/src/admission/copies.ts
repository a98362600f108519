import type { TopicPartition } from '@jobstream/kafka';
import type { Stay } from './stay.js';
import type { StartableJob } from './startable-job.js';
import { CopyMemory } from './copy-memory.js';

/** Where copies and reruns are counted. */
export interface CopyCounts {
  countCopy(): void;
  countRerun(type: string): void;
}

/**
 * Recognises copies: records that repeat an attempt which this worker has taken from the same partition at a lower offset.
 * Their sender sent them again because it got no answer.
 */
export class Copies {
  private readonly memory = new CopyMemory();

  /** @param typeLabelOf a job type as metrics name it */
  constructor(
    private readonly counts: CopyCounts,
    private readonly typeLabelOf: (type: string) => string,
  ) {}

  /** Remembers the attempt. @returns whether it is a copy, which is not run */
  isCopy({ delivery, job }: Stay): boolean {
    const kind = this.memory.note(delivery.record, attemptOf(job!), delivery.record.offset);
    if (kind === 'copy') this.counts.countCopy();
    if (kind === 'rerun') this.counts.countRerun(this.typeLabelOf(job!.request.type));
    return kind === 'copy';
  }

  /** Forgets the attempts of these partitions, except those that run: their copies may follow when a partition comes back. */
  lose(partitions: readonly TopicPartition[], running: Iterable<Stay>): void {
    this.memory.forget(partitions);
    for (const { delivery, job } of running)
      if (job) this.memory.note(delivery.record, attemptOf(job), delivery.record.offset);
  }
}

function attemptOf({ request, run, attempt }: StartableJob): string {
  return `${request.id}/${run}/${attempt}`;
}
