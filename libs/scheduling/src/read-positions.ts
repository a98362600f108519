import type { Database, Session } from '@jobstream/database';
import type { TopicPartition } from '@jobstream/kafka';

/** Another process holds the partition by now: nothing was written, its position has to be read again. */
export class PositionMovedError extends Error {
  readonly code = 'position_moved';
  override readonly name = 'PositionMovedError';

  constructor({ topic, partition }: TopicPartition) {
    super(`Another scheduler holds ${topic}/${partition} by now; its position is read again.`);
  }
}

/** How far a reader has the partitions of one Kafka cluster in its rows. */
export class ReadPositions {
  private readonly table: string;

  /** @param reader its consumer group */
  constructor(
    private readonly database: Database,
    private readonly reader: string,
    private readonly clusterId: string,
  ) {
    this.table = `${database.operations}.read_positions`;
  }

  /** The offset to read next of each partition, in their order. Those read for the first time begin at `start`. */
  async open(
    partitions: readonly TopicPartition[],
    start: (partition: TopicPartition) => number,
  ): Promise<number[]> {
    await this.database.query({
      text: `INSERT INTO ${this.table} (reader, cluster_id, topic, partition, next)
             SELECT $1, $2, topic, partition, next
             FROM unnest($3::text[], $4::integer[], $5::bigint[]) AS begun(topic, partition, next)
             ORDER BY topic, partition ON CONFLICT DO NOTHING`,
      values: [this.reader, this.clusterId, ...columnsOf(partitions), partitions.map(start)],
    });
    const { rows } = await this.database.query<{ next: number }>({
      text: `SELECT next FROM unnest($3::text[], $4::integer[]) WITH ORDINALITY AS asked(topic, partition, place)
             JOIN ${this.table} AS held USING (topic, partition)
             WHERE held.reader = $1 AND held.cluster_id = $2 ORDER BY place`,
      values: [this.reader, this.clusterId, ...columnsOf(partitions)],
    });
    return rows.map(({ next }) => next);
  }

  /**
   * Moves a partition on, in the transaction that writes its rows, from exactly where they ended.
   * @throws PositionMovedError when it stands elsewhere
   */
  async move(
    session: Session,
    { topic, partition }: TopicPartition,
    from: number,
    to: number,
  ): Promise<void> {
    const { affected } = await session.query({
      name: 'move-read-position',
      text: `UPDATE ${this.table} SET next = $6
             WHERE reader = $1 AND cluster_id = $2 AND topic = $3 AND partition = $4 AND next = $5`,
      values: [this.reader, this.clusterId, topic, partition, from, to],
    });
    if (affected === 0) throw new PositionMovedError({ topic, partition });
  }
}

function columnsOf(partitions: readonly TopicPartition[]): [string[], number[]] {
  return [partitions.map(({ topic }) => topic), partitions.map(({ partition }) => partition)];
}
