import type { TopicRole, Topics } from '@jobstream/contracts';
import { decodeRecord, headerNames, isTooDeep } from '@jobstream/contracts/records';
import type { WebhookEvent, WebhookEventType } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import { IntakeError, type DrawnJob, type JobIntake } from '@jobstream/intake';
import { webhooksQueue } from '@jobstream/jobs';
import type { IncomingRecord, KafkaConnection, TopicAdmin } from '@jobstream/kafka';
import type { Logger } from '@jobstream/runtime';
import { LogSink, ReadPositions, type WrittenBatch } from '@jobstream/sink';
import type { Registry } from 'prom-client';
import { deliveryId, drawDelivery, type Receiver } from './delivery.js';
import { eventOf, isTold, isToldPhase, type ToldRecord } from './event-of.js';
import { Listening } from './listening.js';
import { WebhookMetrics } from './webhook-metrics.js';
import type { WebhookStore } from './webhook-store.js';

export interface WebhookFollowerOptions {
  readonly connection: KafkaConnection;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly database: Database;
  readonly intake: JobIntake;
  readonly webhooks: WebhookStore;
  /** How often a delivery is tried again: 0 to `maxDeliveryRetries`. */
  readonly maxRetries: number;
  readonly metrics: Registry;
  readonly logger: Logger;
  readonly onFatal: (error: Error) => void;
}

/** A record that may be told, with its bytes copied. */
interface HeardRecord {
  readonly value: Buffer;
  readonly headers: Readonly<Record<string, string>>;
  readonly at: number;
  readonly place: { readonly partition: number; readonly offset: number };
}

/** A delivery to make, and what it tells. */
interface MadeDelivery {
  readonly job: DrawnJob;
  readonly event: WebhookEventType;
}

/** Whether webhooks hear of what a topic holds. The dead letters of their own deliveries make no deliveries. */
export function tellsOfEnds(role: TopicRole | undefined): boolean {
  return role?.kind === 'events' || (role?.kind === 'dead-letters' && role.queue !== webhooksQueue.name);
}

/** Records are gathered so long before they are looked through. */
const paceMs = 50;
/** Deliveries that are sent to the log at once. */
const maxAtOnce = 1_000;

/**
 * Makes the deliveries of webhooks: follows the ends of jobs on the log, and puts a job into the queue `webhooks` for each
 * receiver that hears of one.
 *
 * Invariants: deliveries are acknowledged before the place in the log is moved, in the same transaction, so none is missed.
 * Their ids follow from receiver, job and run, and they run under a claim, so a copy is not sent twice. The webhooks are read
 * after the records, so a webhook hears of every end that the log has taken since it was made.
 */
export class WebhookFollower extends LogSink<HeardRecord, readonly WebhookEventType[]> {
  private readonly measured: WebhookMetrics;
  private listening = new Listening([]);
  private lastChange = 0;

  constructor(private readonly options: WebhookFollowerOptions) {
    const { connection, admin, topics, database, logger, onFatal } = options;
    const groupId = topics.serviceGroup('webhook-ends');
    super({
      connection,
      database,
      logger,
      groupId,
      topics: async () => (await admin.listTopics()).filter((topic) => tellsOfEnds(topics.roleOf(topic))),
      positions: new ReadPositions(database, admin, groupId),
      onFatal,
      isIdempotent: true,
      paceMs,
    });
    this.measured = new WebhookMetrics(options.metrics, () => this.lag());
  }

  /** Keeps what may be told, whoever listens: that shows when the webhooks are read. */
  protected override read(records: readonly IncomingRecord[]): HeardRecord[] {
    const heard: HeardRecord[] = [];
    for (const { value, headers, timestamp, partition, offset } of records) {
      if (value === null || headers === null || !isToldPhase(headers[headerNames.phase])) continue;
      heard.push({ value: Buffer.from(value), headers, at: timestamp, place: { partition, offset } });
    }
    return heard;
  }

  protected override async write(
    session: Session,
    heard: readonly HeardRecord[],
  ): Promise<readonly WebhookEventType[]> {
    if (heard.length === 0) return [];
    await this.readWebhooks(session);
    const made: WebhookEventType[] = [];
    let batch: DrawnJob[] = [];
    for (const { job, event } of this.deliveriesOf(heard)) {
      made.push(event);
      if (batch.push(job) < maxAtOnce) continue;
      await this.produce(batch);
      batch = [];
      // Postgres ends a transaction that says nothing for long.
      await this.options.webhooks.lastChange(session);
    }
    await this.produce(batch);
    return made;
  }

  protected override committed({ written }: WrittenBatch<readonly WebhookEventType[]>): void {
    for (const event of written) this.measured.countDelivery(event);
  }

  private async readWebhooks(session: Session): Promise<void> {
    const { webhooks } = this.options;
    const change = await webhooks.lastChange(session);
    if (change === this.lastChange) return;
    this.listening = new Listening(await webhooks.listListening(session));
    this.lastChange = change;
  }

  private *deliveriesOf(heard: readonly HeardRecord[]): Generator<MadeDelivery> {
    for (const each of heard) {
      if (this.listening.isEmpty && each.headers[headerNames.notify] === undefined) continue;
      const record = decodeRecord(each.value, each.headers);
      if ('fault' in record || !isTold(record) || record.value.queue === webhooksQueue.name) continue;
      const receivers = this.receiversOf(record, each.at);
      if (receivers.length === 0) continue;
      const event = eventOf(record, each.at, isTooDeep(each.value));
      for (const receiver of receivers) {
        const made = this.draw(receiver, record, event, each);
        if (made) yield made;
      }
    }
  }

  private receiversOf(record: ToldRecord, at: number): Receiver[] {
    const receivers: Receiver[] = this.listening.receiversOf(record, at).map((webhook) => ({ webhook }));
    if (record.notify !== undefined && record.phase !== 'progress') receivers.push({ notify: record.notify });
    return receivers;
  }

  /** @returns undefined when no record can hold it */
  private draw(
    receiver: Receiver,
    record: ToldRecord,
    event: WebhookEvent,
    { at, place }: HeardRecord,
  ): MadeDelivery | undefined {
    const { maxRetries, logger } = this.options;
    const id = deliveryId(receiver, record, place);
    const draw = (told: WebhookEvent) =>
      drawDelivery(receiver, told, id, { maxRetries, traceparent: record.traceparent });
    let job = draw(event);
    if (job instanceof IntakeError) job = draw(eventOf(record, at, true));
    if (!(job instanceof IntakeError)) return { job, event: event.type };
    logger.error({ job: record.value.id, code: job.code }, 'delivery not made: no record can hold it');
    return undefined;
  }

  /** @throws the error of the first delivery that the log has not acknowledged: all are sent again then, as copies */
  private async produce(batch: readonly DrawnJob[]): Promise<void> {
    if (batch.length === 0) return;
    for (const outcome of await this.options.intake.produce(batch))
      if ('error' in outcome) throw outcome.error;
  }
}
