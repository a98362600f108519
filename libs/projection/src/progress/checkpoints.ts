import type { Database, Session } from '@jobstream/database';
import { partitionKey, type TopicAdmin, type TopicPartition } from '@jobstream/kafka';
import { movePositions, partitionColumns, type Move, type SinkPositions } from '@jobstream/sink';
import { projectionLock } from '../projection-lock.js';

/** The rows in this database are of another Kafka cluster's log. */
export class ForeignLogError extends Error {
  readonly code = 'foreign_log';
  override readonly name = 'ForeignLogError';

  /** @param schema the projection's, quoted */
  constructor(schema: string, rowsOf: string, reading: string) {
    super(
      `The projection in schema ${schema} was made from Kafka cluster ${rowsOf}, but KAFKA_BROKERS is cluster ${reading}. ` +
        'Their records must not mix. Point KAFKA_BROKERS back to that cluster; or give this one a DATABASE_URL or ' +
        `JOBSTREAM_NAMESPACE of its own; or, if the old cluster is gone for good, DROP SCHEMA ${schema} CASCADE and ` +
        'start again: the projection is then built from the log that is there.',
    );
  }
}

/** A partition that a version moved which writes no entries stays told apart, until what is searched is declared anew. */
const also =
  'entries_to = CASE WHEN moved.entries_to = moved.next THEN locked.target ELSE moved.entries_to END';

/** Whose rows they are. */
interface LogIdentity {
  readonly clusterId: string;
  /** How often the projection was built. */
  readonly generation: number;
}

/**
 * Where the rows of a projection hold each partition. A projector writes only under the cluster and the generation that it
 * read its positions of.
 */
export class Checkpoints implements SinkPositions {
  private readonly table: string;
  private identity: LogIdentity | undefined;

  /** @param firstGeneration that of rows that are yet to come */
  constructor(
    private readonly database: Database,
    private readonly admin: TopicAdmin,
    private readonly firstGeneration = 1,
  ) {
    this.table = `${database.projection}.checkpoints`;
  }

  /**
   * Reads whose rows they are by now.
   * @throws ForeignLogError when they are of another cluster
   */
  private async identify(): Promise<LogIdentity> {
    const clusterId = await this.admin.clusterId();
    const { rows } = await this.database.query<{ cluster_id: string; generation: number }>({
      text: `SELECT DISTINCT cluster_id, generation FROM ${this.table}`,
    });
    const foreign = rows.find((row) => row.cluster_id !== clusterId);
    if (foreign) throw new ForeignLogError(this.database.projection, foreign.cluster_id, clusterId);
    const generation = Math.max(this.firstGeneration, ...rows.map(({ generation }) => generation));
    return (this.identity = { clusterId, generation });
  }

  /** Partitions that are read for the first time begin where the log does. @throws ForeignLogError */
  async open(partitions: readonly TopicPartition[]): Promise<number[]> {
    for (;;) {
      const identity = await this.identify();
      const known = await this.read(partitions);
      const first = partitions.filter((partition) => !known.has(partitionKey(partition)));
      if (first.length === 0) return partitions.map((partition) => known.get(partitionKey(partition))!);
      const starts = await this.admin.startOffsets([...new Set(first.map(({ topic }) => topic))]);
      const next = first.map(({ topic, partition }) => starts.get(topic)?.[partition] ?? 0);
      await this.begin(first, next, identity);
    }
  }

  /** Moves them under the identity that was read last. */
  async move(session: Session, moves: readonly Move[]): Promise<void> {
    const { clusterId, generation } = this.identity!;
    const where = { cluster_id: clusterId, generation };
    await movePositions(session, { table: this.table, statement: 'move-checkpoints', where, also }, moves);
  }

  private async read(partitions: readonly TopicPartition[]): Promise<Map<string, number>> {
    const { rows } = await this.database.query<TopicPartition & { next: number }>({
      text: `SELECT topic, partition, next FROM ${this.table}
             JOIN unnest($1::text[], $2::integer[]) AS asked(topic, partition) USING (topic, partition)`,
      values: partitionColumns(partitions),
    });
    return new Map(rows.map((row) => [partitionKey(row), row.next]));
  }

  /** Begins partitions at these offsets, unless they have a checkpoint by now, or the identity is no longer the rows'. */
  private async begin(
    partitions: readonly TopicPartition[],
    next: readonly number[],
    { clusterId, generation }: LogIdentity,
  ): Promise<void> {
    const statement = {
      text: `INSERT INTO ${this.table} (topic, partition, next, entries_to, cluster_id, generation)
             SELECT topic, partition, next, next, $4, $5
             FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS begun(topic, partition, next)
             WHERE NOT EXISTS (SELECT FROM ${this.table} WHERE generation <> $5)
             ORDER BY topic, partition ON CONFLICT DO NOTHING`,
      values: [...partitionColumns(partitions), next, clusterId, generation],
    };
    await this.database.transaction((session) => session.query(statement), {
      sharedLock: projectionLock(this.database.projection),
    });
  }
}

/** All checkpoints of a projection as the session sees them, by `partitionKey`. */
export async function readCheckpoints(session: Session, projection: string): Promise<Map<string, number>> {
  const { rows } = await session.query<TopicPartition & { next: number }>({
    text: `SELECT topic, partition, next FROM ${projection}.checkpoints`,
  });
  return new Map(rows.map((row) => [partitionKey(row), row.next]));
}
