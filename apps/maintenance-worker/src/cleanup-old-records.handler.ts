import { Inject } from '@nestjs/common';
import type { FinalState, HandlerOf, JobContext, PayloadOf, ResultOf } from '@jobstream/contracts';
import { Database } from '@jobstream/database';
import { cleanupOldRecords } from '@jobstream/jobs';
import { ClaimStore, JobHandler } from '@jobstream/execution';
import { LogReader, TopicAdmin } from '@jobstream/kafka';
import { ErrorGroups, JobLogRows, OldJobs, Throughput } from '@jobstream/projection';
import { unsentRuns } from '@jobstream/replay';
import { FiringStore, unsentJobs } from '@jobstream/scheduling';
import { FlowArchive, unsentSteps } from '@jobstream/flows';
import { deleteAll } from './delete-all.js';
import {
  decideCut,
  decideDeletions,
  findUnread,
  type Hold,
  type LogPartition,
  type RecordCut,
  type UnreadRecord,
} from './old-records/record-cut.js';
import { RecordReaders, type KeptTopic } from './old-records/record-readers.js';
import { dayMs, retentionToken, type Retention } from './retention.js';

type Cleanup = typeof cleanupOldRecords;

/** How far the clocks of Postgres and the brokers may be apart. */
const clockMarginMs = 60_000;

/**
 * How long after its first record a job may be sent again: as long as its Idempotency-Key is known. Claims are kept this much
 * longer than records.
 */
const resentForMs = dayMs;

/**
 * Deletes the records that the log took before one cut for all topics. The cut is as old as the retention, and older than any
 * record that workers, a projection or the scheduler have not read yet. Nothing is deleted by age alone: a job that waits in
 * a paused queue stays, and so does every later record. What handlers have logged is no record of a job: it goes by its age,
 * as do the counts of the throughput. A group of errors goes with the last job that shows such an error.
 */
@JobHandler(cleanupOldRecords)
export class CleanupOldRecordsHandler implements HandlerOf<Cleanup> {
  constructor(
    private readonly readers: RecordReaders,
    private readonly admin: TopicAdmin,
    private readonly log: LogReader,
    private readonly database: Database,
    private readonly firings: FiringStore,
    private readonly flows: FlowArchive,
    private readonly claims: ClaimStore,
    private readonly oldJobs: OldJobs,
    private readonly logRows: JobLogRows,
    private readonly throughput: Throughput,
    private readonly errorGroups: ErrorGroups,
    @Inject(retentionToken) private readonly retention: Retention,
  ) {}

  async handle(
    _: PayloadOf<Cleanup>,
    context: Pick<JobContext, 'signal' | 'now'>,
  ): Promise<ResultOf<Cleanup>> {
    const { signal } = context;
    const { readers, retention } = this;
    const topics = await readers.topics();
    const partitions = await readers.partitions(topics);
    const unread = findUnread(partitions, await readers.readings(topics, partitions));
    const keptMs = retention.RETENTION_RECORDS_DAYS * dayMs;
    const cut = decideCut(context.now(), keptMs, await this.holds(unread));
    signal.throwIfAborted();
    const records = await this.deleteRecords(topics, partitions, unread, cut);
    const jobs = await this.deleteJobs(topics, cut, signal);
    // Only after the records: a record that is read again before has to meet its claim.
    const claimedBefore = new Date(cut.at - resentForMs - clockMarginMs);
    const claims = await deleteAll(
      () => this.claims.purge(claimedBefore, [unsentJobs, unsentRuns, unsentSteps]),
      signal,
    );
    const heldBy = cut.heldBy?.reader ?? null;
    const logsBefore = new Date(context.now() - retention.RETENTION_LOGS_DAYS * dayMs);
    const logs = await deleteAll(() => this.logRows.purge(logsBefore), signal);
    const throughput = await deleteAll(() => this.throughput.purge(), signal);
    const errors = await deleteAll(() => this.errorGroups.purge(new Date(cut.at)), signal);
    return { cutAt: new Date(cut.at).toISOString(), heldBy, records, jobs, claims, logs, throughput, errors };
  }

  /** The times of the unread records, since when a schedule waits for the end of a job, and since when a flow runs. */
  private async holds(unread: readonly UnreadRecord[]): Promise<Hold[]> {
    const holds: Hold[] = [];
    for (const { reader, topic, partition, offset } of unread) {
      const at = await this.readTime({ topic, partition }, offset);
      if (at !== undefined) holds.push({ reader, at });
    }
    const { since } = await this.firings.awaited(this.database);
    if (since !== undefined) holds.push({ reader: 'schedules', at: since - clockMarginMs });
    const flowsSince = await this.flows.oldestUnfinished();
    if (flowsSince !== undefined) holds.push({ reader: 'flows', at: flowsSince - clockMarginMs });
    return holds;
  }

  /** When the log took the first record at or after `offset`; undefined where none exists. */
  private async readTime(
    place: { topic: string; partition: number },
    offset: number,
  ): Promise<number | undefined> {
    const { admin, log } = this;
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
    const offsetsAtCut = await this.admin.offsetsAt(deletable, at);
    const ofDeletable = deletable.flatMap((topic) => partitions.filter((each) => each.topic === topic));
    const deleted: Record<string, number> = {};
    for (const [topic, offsets] of decideDeletions(ofDeletable, offsetsAtCut, unread)) {
      await this.admin.deleteRecordsBefore(topic, offsets);
      deleted[topic] = offsets.reduce((sum, { records }) => sum + records, 0);
    }
    return deleted;
  }

  /** Deletes the rows of jobs that ended and whose first record is gone from the log. */
  private async deleteJobs(
    topics: readonly KeptTopic[],
    { at }: RecordCut,
    signal: AbortSignal,
  ): Promise<number> {
    const starts = await this.admin.startOffsets(topics.map(({ topic }) => topic));
    const states: FinalState[] = ['succeeded', 'cancelled', 'expired'];
    if (this.deletesDeadLetters) states.push('dead_lettered');
    let jobs = 0;
    for await (const deleted of this.oldJobs.delete({ states, before: new Date(at), starts })) {
      signal.throwIfAborted();
      jobs += deleted;
    }
    return jobs;
  }

  private get deletesDeadLetters(): boolean {
    return this.retention.RETENTION_DELETES_DEAD_LETTERS === 'true';
  }
}

/**
 * Whether jobs begin on the topic. These topics are emptied first. A job that has lost any record has then lost its first one,
 * even where this run ends on the way, and its row tells of that.
 */
function holdsBeginnings({ role }: KeptTopic): boolean {
  return role.kind === 'requests' || role.kind === 'delayed';
}
