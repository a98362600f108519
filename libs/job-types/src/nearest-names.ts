import { distance } from 'fastest-levenshtein';

/** Further off than this a name is not what was meant. */
const maxDistance = 0.5;
const maxNames = 3;

/** The names that a mistyped one most likely means, nearest first; at most three, and none where nothing is near. */
export function nearestNames(typed: string, names: readonly string[]): string[] {
  const wanted = typed.slice(0, 200).toLowerCase();
  return names
    .map((name) => ({ name, share: distance(wanted, name) / Math.max(wanted.length, name.length) }))
    .filter(({ share }) => share <= maxDistance)
    .sort((one, other) => one.share - other.share)
    .slice(0, maxNames)
    .map(({ name }) => name);
}
