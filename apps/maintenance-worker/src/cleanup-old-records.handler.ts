import type { FinalState, PayloadOf, ResultOf } from '@jobstream/contracts';
import { cleanupOldRecords } from '@jobstream/jobs';
import { JobHandler, type HandlerOf, type JobContext } from '@jobstream/execution';
import { deleteAll } from './delete-all.js';
import { MaintenanceParts } from './maintenance-parts.js';
import {
  decideCut,
  decideDeletions,
  findUnread,
  type Hold,
  type LogPartition,
  type RecordCut,
  type UnreadRecord,
} from './old-records/record-cut.js';
import type { KeptTopic } from './old-records/record-readers.js';
import { dayMs } from './retention.js';

type Cleanup = typeof cleanupOldRecords;

/** How far the clocks of Postgres and of the brokers may be apart. */
const clockMarginMs = 60_000;

/**
 * How long after its first record a job may be sent again: as long as its Idempotency-Key is known. So much longer than
 * records are claims kept.
 */
const resentForMs = dayMs;

/**
 * Deletes what the log took before one cut for all topics: older than its retention, and older than anything that workers, a
 * projection or the scheduler have not passed yet. Nothing is deleted by age alone: what waits in a paused queue stays, and
 * with it all that came after it.
 */
@JobHandler(cleanupOldRecords)
export class CleanupOldRecordsHandler implements HandlerOf<Cleanup> {
  constructor(private readonly parts: MaintenanceParts) {}

  async handle(
    _: PayloadOf<Cleanup>,
    context: Pick<JobContext, 'signal' | 'now'>,
  ): Promise<ResultOf<Cleanup>> {
    const { signal } = context;
    const { readers, retention } = this.parts;
    const topics = await readers.topics();
    const partitions = await readers.partitions(topics);
    const unread = findUnread(partitions, await readers.readings(topics, partitions));
    const keptMs = retention.RETENTION_RECORDS_DAYS * dayMs;
    const cut = decideCut(context.now(), keptMs, await this.holds(unread));
    signal.throwIfAborted();
    const records = await this.deleteRecords(topics, partitions, unread, cut);
    const jobs = await this.deleteJobs(topics, cut, signal);
    // Only when the records are gone: until then one that is read again has to meet its claim.
    const claimedBefore = new Date(cut.at - resentForMs - clockMarginMs);
    const claims = await deleteAll(() => this.parts.claims.purge(claimedBefore), signal);
    const heldBy = cut.heldBy?.reader ?? null;
    return { cutAt: new Date(cut.at).toISOString(), heldBy, records, jobs, claims };
  }

  /** When the log took what is unread, and since when ends of jobs are waited for. */
  private async holds(unread: readonly UnreadRecord[]): Promise<Hold[]> {
    const holds: Hold[] = [];
    for (const { reader, topic, partition, offset } of unread) {
      const at = await this.readTime({ topic, partition }, offset);
      if (at !== undefined) holds.push({ reader, at });
    }
    const { since } = await this.parts.firings.awaited(this.parts.database);
    return since === undefined ? holds : [...holds, { reader: 'schedules', at: since - clockMarginMs }];
  }

  /** When the first record from there on was taken; undefined where there is none. */
  private async readTime(
    place: { topic: string; partition: number },
    offset: number,
  ): Promise<number | undefined> {
    const { admin, log } = this.parts;
    const end = (await admin.endOffsets([place.topic])).get(place.topic)?.[place.partition] ?? 0;
    for (let from = offset; from < end;) {
      const { records, next } = await log.read(place, from, end);
      if (records[0]) return records[0].timestamp;
      from = next;
    }
    return undefined;
  }

  private async deleteRecords(
    topics: readonly KeptTopic[],
    partitions: readonly LogPartition[],
    unread: readonly UnreadRecord[],
    { at }: RecordCut,
  ): Promise<Record<string, number>> {
    const deletable = topics
      .filter(({ role }) => role.kind !== 'dead-letters' || this.deletesDeadLetters)
      .sort((a, b) => Number(holdsBeginnings(b)) - Number(holdsBeginnings(a)))
      .map(({ topic }) => topic);
    const offsetsAtCut = await this.parts.admin.offsetsAt(deletable, at);
    const ofDeletable = deletable.flatMap((topic) => partitions.filter((each) => each.topic === topic));
    const deleted: Record<string, number> = {};
    for (const [topic, offsets] of decideDeletions(ofDeletable, offsetsAtCut, unread)) {
      await this.parts.admin.deleteRecordsBefore(topic, offsets);
      deleted[topic] = offsets.reduce((sum, { records }) => sum + records, 0);
    }
    return deleted;
  }

  /** What has ended and is gone from the log: as it begins now. */
  private async deleteJobs(
    topics: readonly KeptTopic[],
    { at }: RecordCut,
    signal: AbortSignal,
  ): Promise<number> {
    const starts = await this.parts.admin.startOffsets(topics.map(({ topic }) => topic));
    const states: FinalState[] = ['succeeded', 'cancelled', 'expired'];
    if (this.deletesDeadLetters) states.push('dead_lettered');
    let jobs = 0;
    for await (const deleted of this.parts.oldJobs.delete({ states, before: new Date(at), starts })) {
      signal.throwIfAborted();
      jobs += deleted;
    }
    return jobs;
  }

  private get deletesDeadLetters(): boolean {
    return this.parts.retention.RETENTION_DELETES_DEAD_LETTERS === 'true';
  }
}

/**
 * Whether jobs begin on the topic. These are emptied first: what has lost any record has then lost its first one, which its row
 * tells of, also where this is ended on the way.
 */
function holdsBeginnings({ role }: KeptTopic): boolean {
  return role.kind === 'requests' || role.kind === 'delayed';
}
