import type { TopicRecordsPage } from '@jobstream/contracts/rest';
import { client } from '../../server/connection.js';
import type { RecordWish } from './record-wish.js';

/** Records of a page, and how far the button to the earlier ones goes back. */
export const limit = 50;

/**
 * The records that are wished for.
 * @param until only those that the log had at this time; then the last of them where nothing else is wished. Default: all.
 */
export async function readRecords(
  name: string,
  { partition, offset, since }: RecordWish,
  until: Date | undefined,
  signal: AbortSignal,
): Promise<TopicRecordsPage> {
  if (until === undefined)
    return client.topics.readRecords(name, { partition, offset, at: since, limit, signal });
  const isAny = offset === undefined && since === undefined;
  const from = isAny ? await findLast(name, partition, until, signal) : offset;
  const page = await client.topics.readRecords(name, { partition, offset: from, at: since, limit, signal });
  const items = page.items.filter(({ time }) => Date.parse(time) <= until.getTime());
  return { ...page, items, next: items.length < page.items.length ? null : page.next };
}

/** Where the last page begins of what a partition had at a time. */
async function findLast(name: string, partition: number, until: Date, signal: AbortSignal): Promise<number> {
  const later = new Date(until.getTime() + 1);
  const { from, start } = await client.topics.readRecords(name, { partition, at: later, limit: 1, signal });
  return Math.max(from - limit, start);
}
