import type { BrokerLinks, ClusterMetadata } from '../client/broker-links.js';
import { errorCodes } from '../client/error-codes.js';
import { partitionOf } from '../client/murmur2.js';
import { PartitionLane, type LaneTrouble } from './partition-lane.js';
import type { PendingRecord } from './pending-record.js';

const maxMetadataAgeMs = 60_000;
const metadataRetryMs = 100;
/** A topic just made is not known to every broker at once. */
const unknownTopicGraceMs = 1_000;
/** A topic that was not missing for so long gets its grace again. */
const missingForgottenMs = 60_000;

/** Which broker leads which partition, and the lanes of records on their way there. Times are monotonic ms. */
export class ProducerRoutes {
  /** Why the brokers could not be asked last time, null when they could. */
  failure: unknown = null;
  private readonly links: BrokerLinks;
  private readonly lanes = new Map<string, PartitionLane[]>();
  /** Records of topics that are not described yet. */
  private readonly unrouted = new Map<string, PendingRecord[]>();
  private metadata: Pick<ClusterMetadata, 'topics' | 'failedTopics'> = {
    topics: new Map(),
    failedTopics: new Map(),
  };
  private describedAt = -Infinity;
  /** When the question was asked that the metadata answers, whether or not it is trusted still. */
  private knownAt = -Infinity;
  /** Since when topics are said to be missing, and when it was last said. */
  private readonly missing = new Map<string, { since: number; last: number }>();
  private triedAt = -Infinity;
  private describing = false;

  constructor(links: BrokerLinks) {
    this.links = links;
  }

  push(record: PendingRecord): void {
    const lanes = this.lanes.get(record.topic);
    if (lanes && lanes.length > 0) {
      lanes[partitionOf(record.key, lanes.length)]!.push(record);
      return;
    }
    const waiting = this.unrouted.get(record.topic);
    if (waiting) waiting.push(record);
    else this.unrouted.set(record.topic, [record]);
  }

  /** The leaders may have changed: asks for them anew. */
  distrust(): void {
    this.describedAt = -Infinity;
  }

  /** Describes the topics again where that is due; `then` is called after it. */
  refresh(now: number, then: () => void): void {
    const due = this.unrouted.size > 0 || now - this.describedAt > maxMetadataAgeMs;
    if (!due || this.describing || now - this.triedAt < metadataRetryMs) return;
    const topics = [...new Set([...this.lanes.keys(), ...this.unrouted.keys()])];
    if (topics.length === 0) return;
    this.describing = true;
    this.triedAt = now;
    this.links
      .describe(topics)
      .then(
        (metadata) => {
          this.failure = null;
          this.metadata = metadata;
          this.describedAt = now;
          this.knownAt = now;
          this.noteMissing(now);
          this.routeWaiting(now);
        },
        (failure: unknown) => {
          this.failure = failure;
          for (const lanes of this.lanes.values()) for (const lane of lanes) lane.forgetTrouble();
        },
      )
      .finally(() => {
        this.describing = false;
        then();
      });
  }

  /** The topic was made: that it is missing has to be said anew. */
  forgetMissing(topic: string): void {
    this.missing.delete(topic);
    this.distrust();
  }

  /** The topics that records wait for and that do not exist. */
  missingTopics(): string[] {
    const { failedTopics } = this.metadata;
    return [...this.unrouted.keys()].filter((topic) => failedTopics.get(topic) === errorCodes.unknownTopic);
  }

  /**
   * Takes out records whose topic does not exist or is not ours to write, with Kafka's error code. A topic that has gone
   * missing, or that is being made, is waited for.
   */
  takeUnknown(
    now: number,
    isMaking: (topic: string) => boolean,
  ): { record: PendingRecord; errorCode: number }[] {
    const found: { record: PendingRecord; errorCode: number }[] = [];
    for (const [topic, records] of this.unrouted) {
      const errorCode = this.metadata.failedTopics.get(topic);
      if (errorCode === undefined || errorCode === errorCodes.leaderNotAvailable || isMaking(topic)) continue;
      const since = this.missing.get(topic)?.since ?? now;
      if (errorCode === errorCodes.unknownTopic && now - since < unknownTopicGraceMs) continue;
      const kept = records.filter((record) => record.enqueuedAt > this.knownAt);
      for (const record of records) if (record.enqueuedAt <= this.knownAt) found.push({ record, errorCode });
      if (kept.length > 0) this.unrouted.set(topic, kept);
      else this.unrouted.delete(topic);
    }
    return found;
  }

  /** Takes out records that need not wait for their partition, see `PartitionLane.takeHopeless`. */
  takeHopeless(now: number): { record: PendingRecord; lane: PartitionLane; trouble: LaneTrouble }[] {
    if (this.failure !== null) return [];
    const found: { record: PendingRecord; lane: PartitionLane; trouble: LaneTrouble }[] = [];
    for (const lanes of this.lanes.values()) {
      for (const lane of lanes) {
        const { trouble } = lane;
        if (!trouble) continue;
        for (const record of lane.takeHopeless(now, this.knownAt)) found.push({ record, lane, trouble });
      }
    }
    return found;
  }

  /** The lanes that can send now, by leader, without those whose broker is busy. */
  readyLanes(now: number, busyBrokers: ReadonlySet<number>): Map<number, PartitionLane[]> {
    const byLeader = new Map<number, PartitionLane[]>();
    for (const [topic, lanes] of this.lanes) {
      for (const lane of lanes) {
        if (!lane.isReady(now)) continue;
        const leader = this.metadata.topics.get(topic)?.[lane.partition] ?? -1;
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

  /** Takes out records past their deadline; those in flight are only shown. `lane` is where they waited, if anywhere. */
  takeExpired(now: number): { record: PendingRecord; inFlight: boolean; lane?: PartitionLane }[] {
    const found: { record: PendingRecord; inFlight: boolean; lane?: PartitionLane }[] = [];
    for (const lane of [...this.lanes.values()].flat())
      for (const expired of lane.expired(now)) found.push({ ...expired, lane });
    for (const [topic, records] of this.unrouted) {
      const kept = records.filter((record) => record.deadline > now);
      for (const record of records) if (record.deadline <= now) found.push({ record, inFlight: false });
      if (kept.length > 0) this.unrouted.set(topic, kept);
      else this.unrouted.delete(topic);
    }
    return found;
  }

  private noteMissing(now: number): void {
    for (const topic of this.metadata.topics.keys()) this.missing.delete(topic);
    for (const [topic, errorCode] of this.metadata.failedTopics) {
      if (errorCode !== errorCodes.unknownTopic) continue;
      const before = this.missing.get(topic);
      const isSame = before !== undefined && now - before.last < missingForgottenMs;
      this.missing.set(topic, { since: isSame ? before.since : now, last: now });
    }
  }

  /** A partition count that grows moves keys: the new lanes serve what is pushed from now on. */
  private routeWaiting(now: number): void {
    for (const topic of this.metadata.failedTopics.keys()) this.unroute(topic);
    for (const [topic, leaders] of this.metadata.topics) {
      const lanes = this.lanes.get(topic) ?? [];
      for (let partition = lanes.length; partition < leaders.length; partition += 1) {
        lanes.push(new PartitionLane(topic, partition));
      }
      this.lanes.set(topic, lanes);
      for (const lane of lanes) {
        if ((leaders[lane.partition] ?? -1) < 0) lane.note(errorCodes.leaderNotAvailable, now);
        else lane.noteLeader();
      }
    }
    for (const [topic, records] of [...this.unrouted]) {
      if (!this.metadata.topics.has(topic)) continue;
      this.unrouted.delete(topic);
      for (const record of records) this.push(record);
    }
  }

  /** The topic is gone: what waits for it waits for a new description, or is refused. */
  private unroute(topic: string): void {
    const lanes = this.lanes.get(topic);
    if (!lanes || lanes.some((lane) => lane.isInFlight)) return;
    this.lanes.delete(topic);
    for (const record of lanes.flatMap((lane) => lane.empty())) this.push(record);
  }
}
