import type { Registry } from 'prom-client';
import { BrokerClock, UnstampedTopicError } from '../client/broker-clock.js';
import { BrokerLinks } from '../client/broker-links.js';
import type { KafkaConnection } from '../client/connection.js';
import type { OutgoingRecord, RecordReceipt } from '../client/record.js';
import { TopicAdmin, type TopicSpec } from '../client/topic-admin.js';
import { MissingTopics } from './missing-topics.js';
import { pendingRecord, type PendingRecord } from './pending-record.js';
import type { SendOutcome } from './producer-errors.js';
import { ProducerMetrics } from './producer-metrics.js';
import { ProducerRoutes } from './producer-routes.js';
import { RecordOutcomes } from './record-outcomes.js';
import { RecordSender } from './record-sender.js';
import { SendRoom } from './send-room.js';
import { TopicTroubles } from './topic-troubles.js';

const defaultDeadlineMs = 5_000;
const maxPendingRecords = 50_000;
const maxPendingBytes = 64 * 1024 * 1024;

export interface RecordProducerOptions {
  /** How long a record may take, retries included, in ms (default 5,000). */
  readonly deadlineMs?: number;
  /** Where its metrics are registered, those of one producer in a process; nowhere unless given. */
  readonly metrics?: Registry;
  /** The topics that are made again when one is found missing, asked for then; none unless given. */
  readonly topics?: () => readonly TopicSpec[];
}

/**
 * Appends records, acknowledged by all in-sync replicas. One request to each broker is in flight; what is sent meanwhile
 * gathers into the next, so single sends are as cheap as bulk under load. Failures are retried until the deadline, and each
 * outcome says exactly what is known: in the log, not in the log, or possibly so. A topic or partition that refuses records
 * holds up no other: its records are given up at once, as soon as the refusal is known to stand.
 *
 * It never uses kafkajs' idempotent producer: after a lost acknowledgement that gives a failed batch's sequence to another
 * batch, which the broker then drops.
 *
 * States: `new` → `running` (start) → `stopping` (stop: takes nothing more) → `stopped` (all it had is settled).
 * A record enters the {@link SendRoom}, is sent by the {@link RecordSender}, and is settled by {@link RecordOutcomes}.
 */
export class RecordProducer {
  /** The brokers' time as seen in the answers; unknown before the first, see {@link askTime}. */
  readonly brokerClock = new BrokerClock();
  /** The topics that take no records at present. */
  readonly troubles: TopicTroubles;
  /** Called with each topic that was made again. */
  onTopicMade: ((topic: string) => void) | undefined;
  private readonly deadlineMs: number;
  private readonly links: BrokerLinks;
  private readonly admin: TopicAdmin;
  private readonly missing: MissingTopics;
  private readonly room = new SendRoom(maxPendingRecords, maxPendingBytes);
  private readonly outcomes: RecordOutcomes;
  private readonly sender: RecordSender;
  private state: 'new' | 'running' | 'stopping' | 'stopped' = 'new';
  private asking: Promise<void> | null = null;

  constructor(connection: KafkaConnection, options: RecordProducerOptions = {}) {
    const { deadlineMs = defaultDeadlineMs, topics = () => [] } = options;
    const { log, compression } = connection;
    const troubles = new TopicTroubles(log);
    const metrics = options.metrics && new ProducerMetrics(options.metrics, () => troubles.list());
    const links = new BrokerLinks(connection, deadlineMs);
    const routes = new ProducerRoutes(links);
    this.deadlineMs = deadlineMs;
    this.troubles = troubles;
    this.links = links;
    this.admin = new TopicAdmin(connection);
    this.missing = new MissingTopics({
      admin: this.admin,
      specs: topics,
      log,
      onMade: (topic) => {
        routes.forgetMissing(topic);
        this.onTopicMade?.(topic);
      },
      monotonic: () => performance.now(),
    });
    this.outcomes = new RecordOutcomes(this.room, troubles, metrics);
    const { room, outcomes, missing, brokerClock } = this;
    this.sender = new RecordSender({
      links,
      routes,
      room,
      outcomes,
      missing,
      troubles,
      brokerClock,
      metrics,
      log,
      compression,
      deadlineMs,
    });
  }

  /** Resolves at once: connections open with the first record, and again after a failure. */
  async start(): Promise<void> {
    this.state = 'running';
  }

  /**
   * Appends one record and resolves once it is acknowledged.
   * @throws NeverSentError | UnacknowledgedError | RecordRefusedError
   */
  send(record: OutgoingRecord): Promise<RecordReceipt> {
    return new Promise((resolve, reject) => {
      const deadline = performance.now() + this.deadlineMs;
      const pending = pendingRecord(record, deadline, (outcome) => {
        if ('error' in outcome) reject(outcome.error);
        else resolve(outcome.receipt);
      });
      if (!this.admit(pending)) void this.admitLater(pending);
    });
  }

  /** Appends records; those of one key keep their order. Never rejects; outcomes in the order of `records`. */
  async sendAll(records: readonly OutgoingRecord[]): Promise<SendOutcome[]> {
    const outcomes = new Array<SendOutcome>(records.length);
    const deadline = performance.now() + this.deadlineMs;
    let missing = records.length;
    let finish = (): void => {};
    const finished = new Promise<void>((resolve) => (finish = resolve));
    if (missing === 0) finish();
    for (let index = 0; index < records.length; index += 1) {
      const pending = pendingRecord(records[index]!, deadline, (outcome) => {
        outcomes[index] = outcome;
        missing -= 1;
        if (missing === 0) finish();
      });
      if (!this.admit(pending)) await this.admitLater(pending);
    }
    await finished;
    return outcomes;
  }

  /**
   * Has a broker say its time, by a record without content; concurrent callers share one.
   * @throws what `send` throws; UnstampedTopicError where the topic's records carry no broker time
   */
  askTime(topic: string): Promise<void> {
    this.asking ??= this.send({ topic, key: 'clock', value: null, headers: {} })
      .then(() => {
        if (!this.brokerClock.isKnown) throw new UnstampedTopicError(topic);
      })
      .finally(() => (this.asking = null));
    return this.asking;
  }

  /** A topic was found missing: makes it, where it is one of those that this producer was given. */
  makeMissing(topic: string): void {
    if (this.state === 'running') this.missing.make(topic);
  }

  /** Takes nothing more, waits for the outcomes of what it has (at most the deadline), and closes. */
  async stop(): Promise<void> {
    if (this.state === 'stopped') return;
    this.state = 'stopping';
    await this.room.whenEmpty();
    this.state = 'stopped';
    this.sender.stop();
    await Promise.all([this.links.close(), this.admin.stop()]);
  }

  private admit(pending: PendingRecord): boolean {
    if (this.state !== 'running' || !this.room.tryEnter(pending.bound)) return false;
    this.sender.push(pending);
    return true;
  }

  /** Waits in line for room, or tells why it never will be sent. */
  private async admitLater(pending: PendingRecord): Promise<void> {
    if (this.state === 'running') {
      this.sender.keepSweeping();
      if (await this.room.waitToEnter(pending.bound, pending.deadline)) return this.sender.push(pending);
    }
    const isRunning = this.state === 'running';
    const cause = isRunning ? "the producer's buffer stayed full" : 'the producer is not running';
    this.outcomes.turnAway(pending, cause);
  }
}
