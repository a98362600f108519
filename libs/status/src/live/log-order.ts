import { partitionKey } from '@jobstream/kafka';
import type { Place } from '../reads/log-position.js';

/**
 * The items in the given order, except that those of one partition follow their offsets: an item moves behind those that are
 * before it in the log.
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

/** By partition, lower offsets first. */
function linesOf<Item extends Place>(items: readonly Item[]): Map<string, Item[]> {
  const lines = new Map<string, Item[]>();
  for (const item of [...items].sort((a, b) => a.offset - b.offset)) {
    const line = lines.get(partitionKey(item));
    if (line) line.push(item);
    else lines.set(partitionKey(item), [item]);
  }
  return lines;
}
