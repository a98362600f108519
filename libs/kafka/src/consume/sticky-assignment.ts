/** A member of the group as it presents itself at a join. */
export interface Subscriber {
  id: string;
  topics: readonly string[];
  /** The partitions it held before. */
  held: ReadonlyMap<string, readonly number[]>;
}

/** By member, its partitions by topic. */
export type Assignment = Map<string, Map<string, number[]>>;

/**
 * Gives each partition to one of the members that name its topic. In each topic the members' shares differ by at most one;
 * as far as that allows partitions stay where they are, and then the members' totals are evened out too. The same
 * input gives the same assignment, whatever the order of its parts.
 * @param partitions by topic, the number of partitions
 */
export function assignSticky(
  members: readonly Subscriber[],
  partitions: ReadonlyMap<string, number>,
): Assignment {
  const sorted = [...members].sort((left, right) => (left.id < right.id ? -1 : 1));
  const shares: Assignment = new Map(sorted.map(({ id }) => [id, new Map<string, number[]>()]));
  const totals = new Map(sorted.map(({ id }) => [id, 0]));
  for (const topic of [...partitions.keys()].sort()) {
    const eligible = sorted.filter(({ topics }) => topics.includes(topic));
    if (eligible.length > 0) assignTopic(topic, partitions.get(topic)!, eligible, shares, totals);
  }
  evenOut(sorted, shares, totals);
  return shares;
}

function assignTopic(
  topic: string,
  count: number,
  eligible: readonly Subscriber[],
  shares: Assignment,
  totals: Map<string, number>,
): void {
  const kept = claims(topic, count, eligible);
  const quotas = shareOut(count, eligible, kept, totals);
  const free: number[] = [];
  const taken = new Set<number>();
  for (const { id } of eligible) {
    const own = kept.get(id)!.slice(0, quotas.get(id));
    shares.get(id)!.set(topic, own);
    for (const partition of own) taken.add(partition);
  }
  for (let partition = 0; partition < count; partition += 1) if (!taken.has(partition)) free.push(partition);
  for (const { id } of eligible) {
    const own = shares.get(id)!.get(topic)!;
    while (own.length < quotas.get(id)!) own.push(free.shift()!);
    own.sort((left, right) => left - right);
    if (own.length === 0) shares.get(id)!.delete(topic);
    totals.set(id, totals.get(id)! + own.length);
  }
}

/** The partitions that each member held and can keep. Where two claim one (one of them was away), the first by id gets it. */
function claims(topic: string, count: number, eligible: readonly Subscriber[]): Map<string, number[]> {
  const claimed = new Set<number>();
  return new Map(
    eligible.map(({ id, held }) => {
      const own = [...new Set(held.get(topic))]
        .filter((partition) => partition >= 0 && partition < count && !claimed.has(partition))
        .sort((left, right) => left - right);
      for (const partition of own) claimed.add(partition);
      return [id, own];
    }),
  );
}

/** How many each gets: the even share, and one more for those that hold more already, then for those with least in total. */
function shareOut(
  count: number,
  eligible: readonly Subscriber[],
  kept: ReadonlyMap<string, number[]>,
  totals: ReadonlyMap<string, number>,
): Map<string, number> {
  const even = Math.floor(count / eligible.length);
  const extra = count % eligible.length;
  const holdsMore = ({ id }: Subscriber): number => (kept.get(id)!.length > even ? 0 : 1);
  const ranked = [...eligible].sort(
    (left, right) => holdsMore(left) - holdsMore(right) || totals.get(left.id)! - totals.get(right.id)!,
  );
  return new Map(ranked.map(({ id }, rank) => [id, even + (rank < extra ? 1 : 0)]));
}

/** Moves single partitions from members with more in total to members with less, where it keeps each topic even. */
function evenOut(members: readonly Subscriber[], shares: Assignment, totals: Map<string, number>): void {
  for (let moved = true; moved;) {
    moved = false;
    const byTotal = [...members].sort((left, right) => totals.get(left.id)! - totals.get(right.id)!);
    search: for (const giver of [...byTotal].reverse()) {
      for (const taker of byTotal) {
        if (totals.get(giver.id)! - totals.get(taker.id)! < 2) break;
        if (moveOne(giver, taker, shares)) {
          totals.set(giver.id, totals.get(giver.id)! - 1);
          totals.set(taker.id, totals.get(taker.id)! + 1);
          moved = true;
          break search;
        }
      }
    }
  }
}

function moveOne(giver: Subscriber, taker: Subscriber, shares: Assignment): boolean {
  const given = shares.get(giver.id)!;
  const taken = shares.get(taker.id)!;
  for (const [topic, own] of given) {
    const theirs = taken.get(topic) ?? [];
    if (own.length <= theirs.length || !taker.topics.includes(topic)) continue;
    const back = new Set(taker.held.get(topic));
    const partition = own.find((candidate) => back.has(candidate)) ?? own.at(-1)!;
    given.set(
      topic,
      own.filter((other) => other !== partition),
    );
    if (given.get(topic)!.length === 0) given.delete(topic);
    taken.set(
      topic,
      [...theirs, partition].sort((left, right) => left - right),
    );
    return true;
  }
  return false;
}
