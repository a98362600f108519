import type { BrokerLinks, ClusterMetadata } from './broker-links.js';
import { partitionOf } from './murmur2.js';
import { PartitionLane, type PendingRecord } from './partition-lane.js';

const METADATA_AGE_MS = 60_000;
const METADATA_RETRY_MS = 100;
/** A topic just made is not known to every broker at once. */
const UNKNOWN_TOPIC_GRACE_MS = 1_000;
const UNKNOWN_TOPIC = 3;
const LEADER_NOT_AVAILABLE = 5;

/** Which broker leads which partition, and the lanes of records on their way there. Times are monotonic ms. */
export class ProducerRoutes {
  /** Why the brokers could not be asked last time, null when they could. */
  failure: unknown = null;
  readonly #links: BrokerLinks;
  readonly #lanes = new Map<string, PartitionLane[]>();
  /** Records of topics that are not described yet. */
  readonly #unrouted = new Map<string, PendingRecord[]>();
  #metadata: Pick<ClusterMetadata, 'topics' | 'failedTopics'> = {
    topics: new Map(),
    failedTopics: new Map(),
  };
  #describedAt = -Infinity;
  #triedAt = -Infinity;
  #describing = false;

  constructor(links: BrokerLinks) {
    this.#links = links;
  }

  push(record: PendingRecord): void {
    const lanes = this.#lanes.get(record.topic);
    if (lanes && lanes.length > 0) {
      lanes[partitionOf(record.key, lanes.length)]!.push(record);
      return;
    }
    const waiting = this.#unrouted.get(record.topic);
    if (waiting) waiting.push(record);
    else this.#unrouted.set(record.topic, [record]);
  }

  /** What is known of the leaders no longer holds. */
  distrust(): void {
    this.#describedAt = -Infinity;
  }

  /** Describes the topics again where that is due; `then` is called when there is news. */
  refresh(now: number, then: () => void): void {
    const due = this.#unrouted.size > 0 || now - this.#describedAt > METADATA_AGE_MS;
    if (!due || this.#describing || now - this.#triedAt < METADATA_RETRY_MS) return;
    const topics = [...new Set([...this.#lanes.keys(), ...this.#unrouted.keys()])];
    if (topics.length === 0) return;
    this.#describing = true;
    this.#triedAt = now;
    this.#links
      .describe(topics)
      .then(
        (metadata) => {
          this.failure = null;
          this.#metadata = metadata;
          this.#describedAt = now;
          this.#routeWaiting();
        },
        (failure: unknown) => (this.failure = failure),
      )
      .finally(() => {
        this.#describing = false;
        then();
      });
  }

  /** Takes out records whose topic does not exist or is not ours to write, with Kafka's error code. */
  takeUnknown(now: number): { record: PendingRecord; errorCode: number }[] {
    const found: { record: PendingRecord; errorCode: number }[] = [];
    for (const [topic, records] of this.#unrouted) {
      const errorCode = this.#metadata.failedTopics.get(topic);
      if (errorCode === undefined || errorCode === LEADER_NOT_AVAILABLE) continue;
      const grace = errorCode === UNKNOWN_TOPIC ? UNKNOWN_TOPIC_GRACE_MS : 0;
      const kept: PendingRecord[] = [];
      for (const record of records) {
        if (now - record.enqueuedAt >= grace) found.push({ record, errorCode });
        else kept.push(record);
      }
      if (kept.length > 0) this.#unrouted.set(topic, kept);
      else this.#unrouted.delete(topic);
    }
    return found;
  }

  /** The lanes that can send now, by leader, without those whose broker is busy. */
  readyLanes(now: number, busyBrokers: ReadonlySet<number>): Map<number, PartitionLane[]> {
    const byLeader = new Map<number, PartitionLane[]>();
    for (const [topic, lanes] of this.#lanes) {
      for (const lane of lanes) {
        if (!lane.isReady(now)) continue;
        const leader = this.#metadata.topics.get(topic)?.[lane.partition] ?? -1;
        if (leader < 0) {
          this.distrust();
        } else if (!busyBrokers.has(leader)) {
          const ready = byLeader.get(leader);
          if (ready) ready.push(lane);
          else byLeader.set(leader, [lane]);
        }
      }
    }
    return byLeader;
  }

  /** Takes out records past their deadline; those in flight are only shown. */
  takeExpired(now: number): { record: PendingRecord; inFlight: boolean }[] {
    const found = [...this.#lanes.values()].flat().flatMap((lane) => lane.expired(now));
    for (const [topic, records] of this.#unrouted) {
      const kept = records.filter((record) => record.deadline > now);
      for (const record of records) if (record.deadline <= now) found.push({ record, inFlight: false });
      if (kept.length > 0) this.#unrouted.set(topic, kept);
      else this.#unrouted.delete(topic);
    }
    return found;
  }

  /** A partition count that grows moves keys: the new lanes serve what is pushed from now on. */
  #routeWaiting(): void {
    for (const topic of this.#metadata.failedTopics.keys()) this.#unroute(topic);
    for (const [topic, leaders] of this.#metadata.topics) {
      const lanes = this.#lanes.get(topic) ?? [];
      for (let partition = lanes.length; partition < leaders.length; partition += 1) {
        lanes.push(new PartitionLane(topic, partition));
      }
      this.#lanes.set(topic, lanes);
    }
    for (const [topic, records] of [...this.#unrouted]) {
      if (!this.#metadata.topics.has(topic)) continue;
      this.#unrouted.delete(topic);
      for (const record of records) this.push(record);
    }
  }

  /** The topic is gone: what waits for it waits for a new description, or is refused. */
  #unroute(topic: string): void {
    const lanes = this.#lanes.get(topic);
    if (!lanes || lanes.some((lane) => lane.isInFlight)) return;
    this.#lanes.delete(topic);
    for (const record of lanes.flatMap((lane) => lane.empty())) this.push(record);
  }
}
