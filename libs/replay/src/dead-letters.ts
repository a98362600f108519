import type { Topics } from '@jobstream/contracts';
import { decodePoison, decodeRecord, type DeadLetter, type Poison } from '@jobstream/contracts/records';
import type { DeadLetterPage, PageQuery } from '@jobstream/contracts/rest';
import type { IncomingRecord, LogReader, TopicAdmin } from '@jobstream/kafka';
import { decodePlace, encodePlace } from './place-cursor.js';
import type { Projection } from './projection.js';
import { ReplayError } from './replay-error.js';

export interface DeadLettersOptions {
  readonly reader: LogReader;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly projection: Projection;
}

type Item = DeadLetterPage['items'][number];
type Place = readonly [partition: number, below: number];

/** Reads the dead letters of a queue from its topic. */
export class DeadLetters {
  constructor(private readonly options: DeadLettersOptions) {}

  /**
   * Lists the dead letters of a queue with the state of their jobs, newest first (by partition, if the topic has several). A
   * page may hold fewer than asked for, even none, while `next` is not null.
   * @throws ReplayError `queue_not_found`; InvalidCursorError
   */
  async list(queue: string, { cursor, limit }: PageQuery): Promise<DeadLetterPage> {
    const topic = this.options.topics.deadLetters(queue);
    const [starts, ends] = await Promise.all([
      this.options.admin.startOffsets([topic]),
      this.options.admin.endOffsets([topic]),
    ]);
    const first = starts.get(topic);
    const last = ends.get(topic);
    if (!first || !last)
      throw new ReplayError('queue_not_found', `No queue "${queue}" has a dead-letter topic on the broker.`);
    const [partition, below] = cursor === undefined ? [0, Infinity] : decodePlace(cursor, isPlace);
    const start = first[partition] ?? 0;
    const end = Math.min(below, last[partition] ?? 0);
    const from = Math.max(end - limit, start);
    const items = await this.read(topic, partition, from, end);
    if (from > start) return { items, next: encodePlace([partition, from]) };
    const isLast = partition + 1 >= first.length;
    return { items, next: isLast ? null : encodePlace([partition + 1, last[partition + 1]!]) };
  }

  private async read(topic: string, partition: number, from: number, end: number): Promise<Item[]> {
    const items: Item[] = [];
    for (let next = from; next < end;) {
      const slice = await this.options.reader.read({ topic, partition }, next, end);
      items.push(...slice.records.flatMap((record) => itemOf(record) ?? []));
      next = slice.next;
    }
    const ids = items.flatMap(({ job }) => job?.id ?? []);
    const standings = await this.options.projection.queries.standings(ids);
    return items.reverse().map((item) => {
      const standing = item.job && standings.get(item.job.id);
      return standing
        ? { ...item, job: { ...item.job!, state: standing.state, currentRun: standing.run } }
        : item;
    });
  }
}

function itemOf(record: IncomingRecord): Item | undefined {
  const read = decodeRecord(record.value, record.headers);
  if (!('fault' in read)) {
    if (read.phase !== 'dead_lettered') return undefined;
    const { id, type, attempts } = read.value;
    const job = { id: id.toLowerCase(), type, run: read.run, attempts, state: null, currentRun: null };
    return { ...lineOf(record, read.value), job };
  }
  const poison = decodePoison(record.value);
  return poison && { ...lineOf(record, poison), job: null };
}

function lineOf(record: IncomingRecord, { reason, error, origin }: DeadLetter | Poison): Omit<Item, 'job'> {
  const { topic, partition, offset, timestamp } = record;
  const { code, message } = error;
  return {
    topic,
    partition,
    offset,
    time: new Date(timestamp).toISOString(),
    reason,
    error: { code, message },
    origin,
  };
}

function isPlace(place: unknown): place is Place {
  return (
    Array.isArray(place) &&
    place.length === 2 &&
    place.every((part) => Number.isSafeInteger(part) && part >= 0)
  );
}
