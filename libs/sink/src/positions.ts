import type { Session } from '@jobstream/database';
import { partitionKey, type TopicPartition } from '@jobstream/kafka';

/** How far a batch moves a partition: `from` is where the rows hold it, `to` the offset to read next. */
export interface Move extends TopicPartition {
  readonly from: number;
  readonly to: number;
}

/** Where a sink's rows hold each partition. Kept beside the rows, so that both change in one transaction. */
export interface SinkPositions {
  /**
   * The offset to read next of each partition, in their order; -1 is the log's start. Begins those that are read for the
   * first time.
   */
  open(partitions: readonly TopicPartition[]): Promise<number[]>;
  /**
   * Moves partitions in the transaction that writes their rows, each from exactly where the rows hold it.
   * @throws PositionMovedError when one of them stands elsewhere
   */
  move(session: Session, moves: readonly Move[]): Promise<void>;
}

/** Another process moved a partition: nothing was written, positions have to be read again. */
export class PositionMovedError extends Error {
  readonly code = 'position_moved';
  override readonly name = 'PositionMovedError';

  constructor(readonly moves: readonly Move[]) {
    super('Another process has moved one of these partitions. Their positions are read again.');
  }
}

/** The rows of a table that hold the positions of one reader. */
export interface PositionRows {
  /** With its schema, quoted. It has the columns `topic`, `partition` and `next`. */
  readonly table: string;
  /** Names the statement that moves them: one name for each table that a process moves positions in. */
  readonly statement: string;
  readonly where: Readonly<Record<string, string | number>>;
  /** A further column to set, as SQL: `moved` is the row, `locked.target` its next offset. */
  readonly also?: string;
}

/**
 * Moves positions that are rows of a table.
 * @throws PositionMovedError when one of them stands elsewhere, or is not among the rows
 */
export async function movePositions(
  session: Session,
  { table, statement, where, also }: PositionRows,
  moves: readonly Move[],
): Promise<void> {
  const sorted = [...moves].sort((a, b) => (partitionKey(a) < partitionKey(b) ? -1 : 1));
  const isAmongRows = (alias: string) =>
    Object.keys(where).map((column, index) => `${alias}.${column} = $${index + 5}`);
  const { affected } = await session.query({
    name: statement,
    // Locked in one order first: an UPDATE with a join takes its rows in any.
    text: `WITH moves AS (
             SELECT * FROM unnest($1::text[], $2::integer[], $3::bigint[], $4::bigint[]) AS m(topic, partition, origin, target)
           ), locked AS (
             SELECT held.topic, held.partition, moves.target FROM ${table} AS held
             JOIN moves ON moves.topic = held.topic AND moves.partition = held.partition AND moves.origin = held.next
             WHERE ${isAmongRows('held').join(' AND ')}
             ORDER BY held.topic, held.partition FOR UPDATE OF held
           )
           UPDATE ${table} AS moved SET ${['next = locked.target', also].filter(Boolean).join(', ')} FROM locked
           WHERE moved.topic = locked.topic AND moved.partition = locked.partition
             AND ${isAmongRows('moved').join(' AND ')}`,
    values: [
      ...partitionColumns(sorted),
      sorted.map(({ from }) => from),
      sorted.map(({ to }) => to),
      ...Object.values(where),
    ],
  });
  if (affected !== moves.length) throw new PositionMovedError(moves);
}

/** Partitions as two arrays, for `unnest($1::text[], $2::integer[])`. */
export function partitionColumns(partitions: readonly TopicPartition[]): [string[], number[]] {
  return [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)];
}
