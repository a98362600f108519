import type { JobId, Topics } from '@jobstream/contracts';
import { decodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { TailConsumer, type IncomingRecord, type KafkaConnection, type TopicAdmin } from '@jobstream/kafka';
import { belongsOn, type Coordinates } from '@jobstream/lifecycle';
import { RecentRecords } from './recent-records.js';
import { ownerOf } from './record-owner.js';

/** A record of a watched job, as it arrived. */
export interface SeenRecord {
  readonly record: JobRecord;
  readonly at: Coordinates;
}

/** A watch on one job. */
export interface JobWatch {
  /** The records of the job that were read a moment ago: none, or all from some record on. */
  readonly recent: readonly SeenRecord[];
  /** Resolves once every later record will be seen. Waits for Kafka. */
  readonly ready: Promise<void>;
  stop(): void;
}

export interface JobFeedOptions {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  /** The log cannot be followed any more: only a restart helps. */
  readonly onFatal: (error: Error) => void;
}

/** After the last watcher has gone the feed keeps reading for this long, because joining takes a moment. */
const lingerMs = 60_000;

/**
 * Follows the log for watchers of jobs. All watchers of a process share one reader, which runs only while there are watchers.
 */
export class JobFeed {
  private readonly watchers = new Map<JobId, Set<(seen: SeenRecord) => void>>();
  private readonly recent = new RecentRecords();
  private tail: { readonly consumer: TailConsumer; readonly started: Promise<void> } | undefined;
  private linger: NodeJS.Timeout | undefined;

  constructor(private readonly options: JobFeedOptions) {}

  /** Calls `onRecord` with every record of the job that is read from now on, in the order of its partition. */
  watch(id: JobId, onRecord: (seen: SeenRecord) => void): JobWatch {
    const ready = this.run();
    const recent = this.recent.of(id).flatMap((incoming) => this.read(incoming) ?? []);
    const watching = this.watchers.get(id) ?? new Set();
    this.watchers.set(id, watching.add(onRecord));
    return {
      recent,
      ready,
      stop: () => {
        watching.delete(onRecord);
        if (watching.size === 0 && this.watchers.get(id) === watching) this.watchers.delete(id);
        if (this.watchers.size === 0) this.endSoon();
      },
    };
  }

  async stop(): Promise<void> {
    clearTimeout(this.linger);
    const tail = this.tail;
    this.tail = undefined;
    this.recent.clear();
    await tail?.consumer.stop();
  }

  private run(): Promise<void> {
    clearTimeout(this.linger);
    this.tail ??= this.start();
    return this.tail.started;
  }

  private start(): { consumer: TailConsumer; started: Promise<void> } {
    const { connection, topics, admin, onFatal } = this.options;
    const consumer = new TailConsumer(connection, {
      groupIdPrefix: `${topics.serviceGroup('api')}.`,
      topics: async () => (await admin.listTopics()).filter((topic) => topics.tellsOfJobs(topic)),
      onRecords: (records) => this.take(records),
      onFatal,
    });
    return { consumer, started: consumer.start() };
  }

  private endSoon(): void {
    clearTimeout(this.linger);
    this.linger = setTimeout(() => void this.stop(), lingerMs).unref();
  }

  private take(records: readonly IncomingRecord[]): void {
    for (const incoming of records) {
      const id = ownerOf(incoming);
      if (id === undefined) continue;
      this.recent.add(id, incoming);
      const watching = this.watchers.get(id);
      const seen = watching && this.read(incoming);
      if (seen) for (const onRecord of watching) onRecord(seen);
    }
  }

  private read({
    topic,
    partition,
    offset,
    timestamp,
    value,
    headers,
  }: IncomingRecord): SeenRecord | undefined {
    const role = this.options.topics.roleOf(topic);
    const record = decodeRecord(value, headers);
    if (role === undefined || 'fault' in record || !belongsOn(record.phase, role)) return undefined;
    return { record, at: { topic, partition, offset, timestamp, role } };
  }
}
