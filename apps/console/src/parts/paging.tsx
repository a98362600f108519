import type { VNode } from 'preact';
import { go, hrefOf } from '../place/place.js';

export interface PagingProps {
  /** The list by the name of its page in the URL. */
  readonly page: string;
  /** What the URL says of the list beside the cursor. Default: nothing. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** Where the rows that are shown begin; undefined for the newest. */
  readonly cursor: string | undefined;
  /** Where the older ones begin; null for none. */
  readonly next: string | null;
  /** What the button to the older ones says. Default: `Older`. */
  readonly older?: string;
}

/** The ways from a page of a list: to the older ones, and back to the newest. */
export function Paging({ page, query = {}, cursor, next, older = 'Older' }: PagingProps): VNode {
  return (
    <p class="actions">
      {cursor !== undefined && <a href={hrefOf(page, undefined, query)}>To the newest</a>}
      {next !== null && (
        <button type="button" onClick={() => go(hrefOf(page, undefined, { ...query, cursor: next }))}>
          {older}
        </button>
      )}
    </p>
  );
}
