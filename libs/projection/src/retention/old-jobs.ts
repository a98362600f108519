import type { FinalState, JobId } from '@jobstream/contracts';
import { lowestIdAt } from '@jobstream/contracts/rest';
import type { Database, Session } from '@jobstream/database';
import type { OffsetsByTopic, TopicPartition } from '@jobstream/kafka';
import { quoteName } from '@jobstream/database';
import { idsWithRecordsAbove, LogBounds, logTable } from '../progress/log-bounds.js';
import { RebuildStore } from '../rebuild/rebuild-store.js';

/** Which rows may be deleted. */
export interface OldRows {
  readonly states: readonly FinalState[];
  /** Only rows that last changed before this time. */
  readonly before: Date;
  /** Where each partition of the log begins. */
  readonly starts: OffsetsByTopic;
}

type RejectedKey = TopicPartition & { readonly offset: number };

const pageSize = 5_000;

/**
 * Deletes the rows of jobs that have ended and left the log. A job of which the log still holds a record keeps its row: a dead letter
 * is judged by it, and a rebuild makes it again. Rows go from the generations that rebuilds have kept too, which may be
 * taken yet. Reads the whole table: not for a request.
 */
export class OldJobs {
  private readonly rebuilds: RebuildStore;

  constructor(private readonly database: Database) {
    this.rebuilds = new RebuildStore(database);
  }

  /**
   * Deletes, page by page, jobs with their history, after what was rejected. Answers how many jobs after each page. Ends as
   * soon as a rebuild is asked for: it has to find what it is compared with.
   */
  async *delete({ states, before, starts }: OldRows): AsyncGenerator<number> {
    const bounds = new LogBounds(starts);
    while (await this.unlessRebuilt((session) => this.deleteRejected(session, before, bounds)));
    let after: JobId = '00000000-0000-0000-0000-000000000000';
    for (;;) {
      const { rows } = await this.database.query<{ id: JobId }>({
        text: `SELECT id FROM ${this.database.projection}.jobs WHERE id > $1 AND id < $2 ORDER BY id LIMIT $3`,
        values: [after, lowestIdAt(before.getTime()), pageSize],
      });
      if (rows.length === 0) return;
      const ids = rows.map(({ id }) => id);
      const deleted = await this.unlessRebuilt((session) =>
        this.deletePage(session, ids, states, before, bounds),
      );
      if (deleted === undefined) return;
      yield deleted;
      after = ids.at(-1)!;
    }
  }

  /** Does `work` in a transaction during which no rebuild begins; undefined while one is under way. */
  private unlessRebuilt<T>(work: (session: Session) => Promise<T>): Promise<T | undefined> {
    return this.database.transaction(
      async (session) => {
        if (await this.rebuilds.findUnfinished(session)) return undefined;
        return work(session);
      },
      { sharedLock: this.rebuilds.lock },
    );
  }

  /** A job that is replayed meanwhile is not in these states any more, and keeps its history too. */
  private async deletePage(
    session: Session,
    ids: readonly JobId[],
    states: readonly FinalState[],
    before: Date,
    bounds: LogBounds,
  ): Promise<number> {
    const { projection } = this.database;
    const { rows } = await session.query<{ id: JobId }>({
      text: `WITH log AS MATERIALIZED (${logTable(4)}), page AS MATERIALIZED (
               SELECT id, origin_position, request_position, outcome_position, past FROM ${projection}.jobs
               WHERE id = ANY($1::uuid[]) AND state = ANY($2) AND changed_at < $3 ORDER BY id FOR UPDATE
             ), gone AS (
               DELETE FROM ${projection}.jobs
               WHERE id IN (SELECT id FROM page EXCEPT (${idsWithRecordsAbove(projection)}))
                 AND state = ANY($2) AND changed_at < $3 RETURNING id
             ), history AS (
               DELETE FROM ${projection}.job_transitions USING gone WHERE job_id = gone.id
             ), entries AS (
               DELETE FROM ${projection}.search_entries USING gone WHERE job_id = gone.id
             ) SELECT id FROM gone`,
      values: [ids, states, before, ...bounds.values],
    });
    const gone = rows.map(({ id }) => id);
    if (gone.length > 0)
      for (const kept of await this.keptSchemas(session)) {
        await session.query({ text: `DELETE FROM ${kept}.jobs WHERE id = ANY($1::uuid[])`, values: [gone] });
        await session.query({
          text: `DELETE FROM ${kept}.job_transitions WHERE job_id = ANY($1::uuid[])`,
          values: [gone],
        });
      }
    return gone.length;
  }

  /** Some that were rejected; answers how many. The partition of a dead letter is in no row: any of its topic may hold it. */
  private async deleteRejected(session: Session, before: Date, bounds: LogBounds): Promise<number> {
    const { rows } = await session.query<RejectedKey>({
      text: `WITH log AS MATERIALIZED (${logTable(2)}), old AS (
               SELECT topic, partition, "offset" FROM ${this.database.projection}.rejected_records AS rejected
               WHERE appended_at < $1 AND NOT EXISTS (
                 SELECT FROM log WHERE log.topic = coalesce(dead_letter_topic, rejected.topic)
                   AND log.partition = CASE WHEN dead_letter_topic IS NULL THEN rejected.partition ELSE log.partition END
                   AND log."offset" <= coalesce(dead_letter_offset, rejected."offset"))
               LIMIT ${pageSize}
             ) ${deleteRejected(this.database.projection, 'old')} RETURNING target.topic, target.partition, target."offset"`,
      values: [before, ...bounds.values],
    });
    if (rows.length > 0)
      for (const kept of await this.keptSchemas(session))
        await session.query({
          text: `WITH old AS (
                   SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS old(topic, partition, "offset")
                 ) ${deleteRejected(kept, 'old')}`,
          values: [
            rows.map(({ topic }) => topic),
            rows.map(({ partition }) => partition),
            rows.map(({ offset }) => offset),
          ],
        });
    return rows.length;
  }

  private async keptSchemas(session: Session): Promise<string[]> {
    return (await this.rebuilds.keptSchemas(session)).map((name) => quoteName(name));
  }
}

function deleteRejected(schema: string, keys: string): string {
  return `DELETE FROM ${schema}.rejected_records AS target USING ${keys}
    WHERE target.topic = ${keys}.topic AND target.partition = ${keys}.partition AND target."offset" = ${keys}."offset"`;
}
