import type { IncomingRecord } from '@jobstream/kafka';

const maxBytes = 8 * 1024 * 1024;
/** What a record takes beside its value, about. */
const recordOverheadBytes = 500;

/**
 * The newest records of the log, by the job that they tell of. A caller who asks right after a submission may come when the
 * job's end has passed by and the projection does not have it yet.
 */
export class RecentRecords {
  /** Those of a job that had none for the longest time come first. */
  private readonly byJob = new Map<string, IncomingRecord[]>();
  private bytes = 0;

  add(job: string, record: IncomingRecord): void {
    const records = this.byJob.get(job) ?? [];
    records.push(record);
    this.byJob.delete(job);
    this.byJob.set(job, records);
    this.bytes += sizeOf(record);
    for (const [oldest, forgotten] of this.byJob) {
      if (this.bytes <= maxBytes) break;
      this.byJob.delete(oldest);
      for (const each of forgotten) this.bytes -= sizeOf(each);
    }
  }

  /** In the order in which they came. */
  of(job: string): readonly IncomingRecord[] {
    return this.byJob.get(job) ?? [];
  }

  clear(): void {
    this.byJob.clear();
    this.bytes = 0;
  }
}

function sizeOf({ value }: IncomingRecord): number {
  return (value?.length ?? 0) + recordOverheadBytes;
}
