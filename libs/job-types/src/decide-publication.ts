import { maxEarlierPublications, type JobTypeRecord, type Publication } from '@jobstream/contracts/records';

/** A publication, told apart. */
export type PublicationName = Pick<Publication, 'fingerprint' | 'owner'>;

/** What a worker does about one of its types when it starts, and again while it waits. */
export type PublicationDecision =
  /** The record says what the worker serves. */
  | { readonly kind: 'stands' }
  /** The worker writes this record: its definition is new, was rolled back to, or is taken over from an owner who is gone. */
  | { readonly kind: 'publish'; readonly record: JobTypeRecord }
  /** A newer definition of the same owner is served as well: this worker is of the deploy before and takes what fits it. */
  | { readonly kind: 'older' }
  /**
   * Another owner serves a type of this name. Their definition stays in force, and the record (where it does not say so yet)
   * names this worker as a rival.
   */
  | { readonly kind: 'contested'; readonly record: JobTypeRecord | undefined };

/**
 * The newest definition wins, and no two workers take turns in overwriting each other: a definition that was replaced before comes
 * back only when no live worker serves the one in force.
 * @param standing the record in force; undefined where there is none
 * @param mine what this worker serves, as a publication without a past
 * @param live what the other members of the queue's group serve; undefined as long as nobody has asked
 * @returns `ask` if the decision depends on `live`
 */
export function decidePublication(
  standing: JobTypeRecord | undefined,
  mine: JobTypeRecord,
  live: readonly PublicationName[],
): PublicationDecision;
export function decidePublication(
  standing: JobTypeRecord | undefined,
  mine: JobTypeRecord,
  live: undefined,
): PublicationDecision | { readonly kind: 'ask' };
export function decidePublication(
  standing: JobTypeRecord | undefined,
  mine: JobTypeRecord,
  live: readonly PublicationName[] | undefined,
): PublicationDecision | { readonly kind: 'ask' } {
  if (standing === undefined) return { kind: 'publish', record: mine };
  const isMine = isSame(standing, mine);
  if (isMine && standing.rivals.length === 0) return { kind: 'stands' };
  const isNew = standing.owner === mine.owner && !standing.earlier.some((earlier) => isSame(earlier, mine));
  if (isNew && !isMine) return { kind: 'publish', record: succeed(standing, mine) };
  if (live === undefined) return { kind: 'ask' };
  if (isMine) return withoutGoneRivals(standing, live);
  // An endpoint needs no worker of its own: as long as its record stands, it is served.
  const isServed = standing.endpoint !== undefined || live.some((other) => isSame(other, standing));
  if (!isServed) return { kind: 'publish', record: succeed(standing, mine) };
  return standing.owner === mine.owner ? { kind: 'older' } : contest(standing, mine);
}

function withoutGoneRivals(standing: JobTypeRecord, live: readonly PublicationName[]): PublicationDecision {
  const rivals = standing.rivals.filter((rival) => live.some((other) => isSame(other, rival)));
  return rivals.length === standing.rivals.length
    ? { kind: 'stands' }
    : { kind: 'publish', record: { ...standing, rivals } };
}

function contest(standing: JobTypeRecord, mine: JobTypeRecord): PublicationDecision {
  if (standing.rivals.some((rival) => isSame(rival, mine))) return { kind: 'contested', record: undefined };
  const rivals = [publicationOf(mine), ...standing.rivals].slice(0, maxEarlierPublications);
  return { kind: 'contested', record: { ...standing, rivals } };
}

function isSame(one: PublicationName, other: PublicationName): boolean {
  return one.owner === other.owner && one.fingerprint === other.fingerprint;
}

/** A record that replaces another one, and remembers it. */
export function succeed(standing: JobTypeRecord, mine: JobTypeRecord): JobTypeRecord {
  const before = standing.earlier.filter((earlier) => !isSame(earlier, mine));
  return { ...mine, earlier: [publicationOf(standing), ...before].slice(0, maxEarlierPublications) };
}

function publicationOf({ fingerprint, owner, publishedAt }: JobTypeRecord): Publication {
  return { fingerprint, owner, publishedAt };
}
