import type { VNode } from 'preact';
import { Moment } from '../parts/moment.js';
import { hrefAt, isPast, shownAt } from '../place/past.js';

/** Says which time is shown, and leads back to the present; nothing in the present. */
export function PastBanner(): VNode | null {
  if (!isPast.value) return null;
  return (
    <p class="notice" role="status">
      {shownAt.value === undefined ? (
        'The address names no time: write at=2026-01-31T10:00:00Z.'
      ) : (
        <>
          You see <Moment at={shownAt.value.toISOString()} precise />, read only: nothing can be done about
          the past.
        </>
      )}{' '}
      <a href={hrefAt(undefined)}>Back to now</a>
    </p>
  );
}
