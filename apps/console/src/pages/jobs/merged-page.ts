/** What has an id that later ones are above of: a UUIDv7. */
interface Identified {
  readonly id: string;
}

/** A page of a list as it is shown, and how many have come since that are not. */
export interface MergedPage<Item extends Identified> {
  readonly shown: readonly Item[];
  readonly newer: number;
}

/**
 * The page that is shown after the list was read again. Rows stay where they are, each as it is now; new ones are counted and do
 * not push them away. A page that was empty takes what has come.
 */
export function mergePage<Item extends Identified>(
  shown: readonly Item[],
  read: readonly Item[],
): MergedPage<Item> {
  const top = shown[0]?.id;
  if (top === undefined) return { shown: read, newer: 0 };
  const byId = new Map(read.map((item) => [item.id, item]));
  return {
    shown: shown.map((item) => byId.get(item.id) ?? item),
    newer: read.filter(({ id }) => id > top).length,
  };
}
