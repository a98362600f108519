import { partitionKey } from '@jobstream/kafka';
import type { Place } from '../reads/log-position.js';

/**
 * The items in the order given, but for those of one partition: they go by their offsets. One that stands too early waits
 * for those that the log has before it.
 */
export function inLogOrder<Item extends Place>(items: readonly Item[]): Item[] {
  const lines = linesOf(items);
  const reached = new Set<Item>();
  return items.flatMap((item) => {
    reached.add(item);
    const line = lines.get(partitionKey(item))!;
    const next = line.findIndex((each) => !reached.has(each));
    return line.splice(0, next === -1 ? line.length : next);
  });
}

/** By partition, those of lower offsets first. */
function linesOf<Item extends Place>(items: readonly Item[]): Map<string, Item[]> {
  const lines = new Map<string, Item[]>();
  for (const item of [...items].sort((a, b) => a.offset - b.offset)) {
    const line = lines.get(partitionKey(item));
    if (line) line.push(item);
    else lines.set(partitionKey(item), [item]);
  }
  return lines;
}
