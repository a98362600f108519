import type { Call } from './http-caller.js';

/** How one call is made. */
export interface CallOptions {
  /** Ends the call, and any pause before it is made again. A request that was sent stays sent. */
  readonly signal?: AbortSignal;
}

/** Which page of a list to read. */
export interface PageOptions extends CallOptions {
  /** Items of the page at most: 1 to 500. Default 50. */
  readonly limit?: number;
  /** The `next` of the page before. Default: the first page. */
  readonly cursor?: string;
}

/** A call that reads. */
export function get(path: string, signal: AbortSignal | undefined): Call {
  return { method: 'GET', path, repeatable: true, signal };
}

/** The query of a page: empty, or `?` and its parameters. */
export function queryOf({ limit, cursor }: Omit<PageOptions, 'signal'>): string {
  const query = new URLSearchParams();
  if (limit !== undefined) query.set('limit', String(limit));
  if (cursor !== undefined) query.set('cursor', cursor);
  return query.size === 0 ? '' : `?${query.toString()}`;
}
