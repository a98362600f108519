import type { Database, Session } from '@jobstream/database';
import type { TopicAdmin, TopicPartition } from '@jobstream/kafka';
import { movePositions, partitionColumns, type Move, type SinkPositions } from './positions.js';

/** Where the rows of a reader hold the partitions of one Kafka cluster. */
export class ReadPositions implements SinkPositions {
  private readonly table: string;
  private clusterId: string | undefined;

  /** @param reader its consumer group */
  constructor(
    private readonly database: Database,
    private readonly admin: TopicAdmin,
    private readonly reader: string,
  ) {
    this.table = `${database.operations}.read_positions`;
  }

  /** Partitions that are read for the first time begin where the log does. */
  async open(partitions: readonly TopicPartition[]): Promise<number[]> {
    this.clusterId ??= await this.admin.clusterId();
    const starts = await this.admin.startOffsets([...new Set(partitions.map(({ topic }) => topic))]);
    const first = partitions.map(({ topic, partition }) => starts.get(topic)?.[partition] ?? 0);
    await this.database.query({
      text: `INSERT INTO ${this.table} (reader, cluster_id, topic, partition, next)
             SELECT $1, $2, topic, partition, next
             FROM unnest($3::text[], $4::integer[], $5::bigint[]) AS begun(topic, partition, next)
             ORDER BY topic, partition ON CONFLICT DO NOTHING`,
      values: [this.reader, this.clusterId, ...partitionColumns(partitions), first],
    });
    const { rows } = await this.database.query<{ next: number }>({
      text: `SELECT next FROM unnest($3::text[], $4::integer[]) WITH ORDINALITY AS asked(topic, partition, place)
             JOIN ${this.table} AS held USING (topic, partition)
             WHERE held.reader = $1 AND held.cluster_id = $2 ORDER BY place`,
      values: [this.reader, this.clusterId, ...partitionColumns(partitions)],
    });
    return rows.map(({ next }) => next);
  }

  async move(session: Session, moves: readonly Move[]): Promise<void> {
    const where = { reader: this.reader, cluster_id: this.clusterId! };
    await movePositions(session, { table: this.table, statement: 'move-read-positions', where }, moves);
  }
}

/**
 * The offset to read next of each partition of a topic that a reader has begun, in the Kafka cluster of this id.
 * @param reader its consumer group
 */
export async function readPositions(
  database: Database,
  {
    reader,
    clusterId,
    topic,
  }: { readonly reader: string; readonly clusterId: string; readonly topic: string },
): Promise<Map<number, number>> {
  const { rows } = await database.query<{ partition: number; next: number }>({
    text: `SELECT partition, next FROM ${database.operations}.read_positions
           WHERE reader = $1 AND cluster_id = $2 AND topic = $3`,
    values: [reader, clusterId, topic],
  });
  return new Map(rows.map(({ partition, next }) => [partition, next]));
}
