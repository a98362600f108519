import type { Database, Session } from '@jobstream/database';
import { partitionKey, type TopicPartition } from '@jobstream/kafka';
import { projectionLock } from './projection-lock.js';

/** Whose rows they are: a projector writes only under the cluster and the generation it read its positions of. */
export interface LogIdentity {
  readonly clusterId: string;
  /** How often the projection was built. */
  readonly generation: number;
}

/** How far a batch moves a partition. */
export interface Move extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

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

/** Another projector, or a rebuild, moved a partition: nothing was written, positions have to be read again. */
export class CheckpointMovedError extends Error {
  readonly code = 'checkpoint_moved';
  override readonly name = 'CheckpointMovedError';

  constructor(readonly moves: readonly Move[]) {
    super('Another projector holds one of these partitions by now; positions are read again.');
  }
}

/** How far the rows hold each partition: the projector's positions, kept beside the rows. */
export class Checkpoints {
  constructor(private readonly database: Database) {}

  /**
   * The identity to write under.
   * @param firstGeneration that of rows that are yet to come
   * @throws ForeignLogError when the rows are of another cluster
   */
  async identify(clusterId: string, firstGeneration = 1): Promise<LogIdentity> {
    const { rows } = await this.database.query<{ cluster_id: string; generation: number }>({
      text: `SELECT DISTINCT cluster_id, generation FROM ${this.database.projection}.checkpoints`,
    });
    const foreign = rows.find((row) => row.cluster_id !== clusterId);
    if (foreign) throw new ForeignLogError(this.database.projection, foreign.cluster_id, clusterId);
    return { clusterId, generation: Math.max(firstGeneration, ...rows.map(({ generation }) => generation)) };
  }

  /** The offset to read next of each of these partitions that has one, by {@link partitionKey}. */
  async positions(partitions: readonly TopicPartition[]): Promise<Map<string, number>> {
    const { rows } = await this.database.query<TopicPartition & { next: number }>({
      text: `SELECT topic, partition, next FROM ${this.database.projection}.checkpoints
             JOIN unnest($1::text[], $2::integer[]) AS asked(topic, partition) USING (topic, partition)`,
      values: columnsOf(partitions),
    });
    return new Map(rows.map((row) => [partitionKey(row), row.next]));
  }

  /** All positions, by {@link partitionKey}, as the session sees them. */
  async all(session: Session): Promise<Map<string, number>> {
    const { rows } = await session.query<TopicPartition & { next: number }>({
      text: `SELECT topic, partition, next FROM ${this.database.projection}.checkpoints`,
    });
    return new Map(rows.map((row) => [partitionKey(row), row.next]));
  }

  /**
   * Begins partitions at these offsets, unless they have a checkpoint by now, or the identity is no longer the rows'.
   */
  async begin(
    starts: readonly (TopicPartition & { readonly next: number })[],
    { clusterId, generation }: LogIdentity,
  ): Promise<void> {
    const checkpoints = `${this.database.projection}.checkpoints`;
    const statement = {
      text: `INSERT INTO ${checkpoints} (topic, partition, next, cluster_id, generation)
             SELECT topic, partition, next, $4, $5
             FROM unnest($1::text[], $2::integer[], $3::bigint[]) AS begun(topic, partition, next)
             WHERE NOT EXISTS (SELECT FROM ${checkpoints} WHERE generation <> $5)
             ORDER BY topic, partition ON CONFLICT DO NOTHING`,
      values: [...columnsOf(starts), starts.map(({ next }) => next), clusterId, generation],
    };
    await this.database.transaction((session) => session.query(statement), {
      sharedLock: projectionLock(this.database.projection),
    });
  }

  /**
   * Moves the checkpoints of a batch, in its transaction, from exactly where the batch began.
   * @throws CheckpointMovedError when one of them stands elsewhere, or the identity is no longer the rows'
   */
  async move(
    session: Session,
    moves: readonly Move[],
    { clusterId, generation }: LogIdentity,
  ): Promise<void> {
    const sorted = [...moves].sort((a, b) => (partitionKey(a) < partitionKey(b) ? -1 : 1));
    const checkpoints = `${this.database.projection}.checkpoints`;
    const { affected } = await session.query({
      name: 'move-checkpoints',
      // Locked in one order first: an UPDATE with a join takes its rows in any.
      text: `WITH moves AS (
               SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS m(topic, partition, origin, target)
             ), locked AS (
               SELECT held.topic, held.partition, moves.target FROM ${checkpoints} AS held
               JOIN moves ON moves.topic = held.topic AND moves.partition = held.partition AND moves.origin = held.next
               WHERE held.cluster_id = $5 AND held.generation = $6
               ORDER BY held.topic, held.partition FOR UPDATE OF held
             )
             UPDATE ${checkpoints} AS checkpoint SET next = locked.target FROM locked
             WHERE checkpoint.topic = locked.topic AND checkpoint.partition = locked.partition`,
      values: [
        ...columnsOf(sorted),
        sorted.map(({ from }) => from),
        sorted.map(({ to }) => to),
        clusterId,
        generation,
      ],
    });
    if (affected !== moves.length) throw new CheckpointMovedError(moves);
  }
}

function columnsOf(partitions: readonly TopicPartition[]): [string[], number[]] {
  return [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)];
}
