/**
 * Jobs of a flow by their places, each with the places of those that it waits for.
 * @returns the places of a cycle, each waiting for the next; undefined where there is none
 */
export function findCycle(after: readonly (readonly number[])[]): number[] | undefined {
  const left = after.map((places) => places.length);
  const followers: number[][] = after.map(() => []);
  after.forEach((places, index) => places.forEach((place) => followers[place]!.push(index)));
  const free = left.flatMap((count, index) => (count === 0 ? [index] : []));
  for (let index = free.pop(); index !== undefined; index = free.pop())
    for (const follower of followers[index]!) {
      left[follower]! -= 1;
      if (!left[follower]) free.push(follower);
    }
  const start = left.findIndex((count) => count > 0);
  return start === -1 ? undefined : walkCycle(start, after, left);
}

/** Every job that is left waits for one that is left too, so the walk comes back. */
function walkCycle(start: number, after: readonly (readonly number[])[], left: readonly number[]): number[] {
  const walked: number[] = [];
  const placeIn = new Map<number, number>();
  for (let index = start; ;) {
    const seenAt = placeIn.get(index);
    if (seenAt !== undefined) return walked.slice(seenAt);
    placeIn.set(index, walked.length);
    walked.push(index);
    index = after[index]!.find((place) => left[place]! > 0)!;
  }
}
