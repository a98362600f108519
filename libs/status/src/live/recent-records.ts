import type { IncomingRecord } from '@jobstream/kafka';

const maxBytes = 8 * 1024 * 1024;
/** About the memory of a record beside its value. */
const recordOverheadBytes = 500;

/**
 * The newest records of the log, by job. A caller that asks right after its submission may come when the end of the job was read
 * already, and the projection does not have it yet.
 */
export class RecentRecords {
  /** Jobs whose newest record is the oldest come first. */
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

  /** The recent records of a job, in the order they were read. */
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
