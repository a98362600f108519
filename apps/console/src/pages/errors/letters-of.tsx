import type { VNode } from 'preact';
import type { ErrorGroup } from '@jobstream/contracts/rest';
import { writeCount } from '../../numbers/count.js';
import { hrefOf } from '../../place/place.js';

/** Above this the server does not count. */
const countedTo = 1_000;

/** The filter that the dead letters of a group meet. */
export function filterOfLetters({ id }: Pick<ErrorGroup, 'id'>): { readonly q: string } {
  return { q: `group:${id} state:dead_lettered` };
}

/** How many jobs are dead letters of a group now, as a link to them. */
export function LettersOf({ group }: { readonly group: ErrorGroup }): VNode | null {
  const { deadLetters } = group;
  if (deadLetters === null) return null;
  if (deadLetters === 0) return <>0</>;
  const text = deadLetters > countedTo ? `more than ${writeCount(countedTo)}` : writeCount(deadLetters);
  return <a href={hrefOf('jobs', undefined, filterOfLetters(group))}>{text}</a>;
}
