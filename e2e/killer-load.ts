import { newJobId, type PayloadInputOf } from '@jobstream/contracts';
import { decodeRecord, encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import type { probeRun } from '@jobstream/jobs';
import { partitionOf } from '@jobstream/kafka';
import { eventually, readTopics, writeRecords, type Platform, type ServiceProcess } from '@jobstream/testing';
import { AttemptLedger } from './attempt-ledger.js';

/** A job of the probe queue to be written to the log. */
export interface ProbeJob {
  readonly id: string;
  readonly payload: PayloadInputOf<typeof probeRun>;
}

/** How a job ended, and when the log took its end: milliseconds since 1970. */
export interface ProbeEnd {
  readonly record: JobRecord;
  readonly at: number;
}

/** How a process ended. */
export interface Death {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** When it was noticed: milliseconds since 1970. */
  readonly at: number;
}

const requestPartitions = 6;

/** Jobs of the probe queue, some of which end their worker, and a supervisor that starts each dead worker again. */
export class KillerLoad {
  readonly deaths: Death[] = [];
  private isOver = false;

  constructor(private readonly platform: Platform) {
    for (const worker of platform.all('probe-worker')) void this.supervise(worker);
  }

  /** From then on nothing is started again. */
  end(): void {
    this.isOver = true;
  }

  /** An id whose records go to this request partition; to any, where none is given. */
  newId(partition?: number): string {
    for (;;) {
      const id = newJobId(Date.now());
      if (partition === undefined || partitionOf(id, requestPartitions) === partition) return id;
    }
  }

  async submit(jobs: readonly ProbeJob[]): Promise<void> {
    const at = Date.now();
    await writeRecords(
      jobs.map(({ id, payload }) => ({
        topic: this.platform.topics.requests('probe'),
        ...encodeRecord({
          run: 1,
          attempt: 1,
          createdAt: at,
          phase: 'queued',
          value: {
            v: 1,
            id,
            type: 'probe.run',
            queue: 'probe',
            payload,
            priority: 'normal',
            maxAttempts: 4,
          },
        }),
      })),
    );
  }

  /** The end of each job, once all have one. */
  ends(count: number): Promise<Map<string, ProbeEnd>> {
    const { topics } = this.platform;
    const read = async () => {
      const records = await readTopics([topics.events, topics.deadLetters('probe')]);
      const ended = records.flatMap(({ value, headers, timestamp }) => {
        const record = decodeRecord(value, headers);
        return !('fault' in record) && (record.phase === 'succeeded' || record.phase === 'dead_lettered')
          ? [{ record, at: timestamp }]
          : [];
      });
      const byId = new Map(ended.map((end) => [end.record.value.id, end]));
      if (byId.size < count) throw new Error(`${count - byId.size} of ${count} jobs are not final`);
      return byId;
    };
    return eventually(read, { everyMs: 500 });
  }

  /** How often each job was started, by the logs of all workers, dead ones too. */
  startsById(): Map<string, number> {
    return new AttemptLedger(this.platform).startsOf(1);
  }

  private async supervise(first: ServiceProcess): Promise<void> {
    for (let worker = first; ; worker = await this.platform.launchUnready('probe-worker', {})) {
      const { code, signal } = await worker.ended;
      if (this.isOver) return;
      this.deaths.push({ code, signal, at: Date.now() });
    }
  }
}
