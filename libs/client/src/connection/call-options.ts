import type { ReplayState } from '@jobstream/contracts/rest';
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

/** Which replays or actions to list. */
export interface ListOrdersOptions extends PageOptions {
  /** Those in this state; `open`: those that have not ended. Default: all. */
  readonly state?: ReplayState | 'open';
}

/** A call that reads. */
export function get(path: string, signal: AbortSignal | undefined): Call {
  return { method: 'GET', path, repeatable: true, signal };
}

/** The part of a submission that its key decides: only under a key may it be sent again, as the same one. */
export function keyed(
  idempotencyKey: string | false,
  traceparent?: string,
): Pick<Call, 'headers' | 'repeatable'> {
  return {
    headers: {
      ...(idempotencyKey !== false && { 'idempotency-key': idempotencyKey }),
      ...(traceparent !== undefined && { traceparent }),
    },
    repeatable: idempotencyKey !== false,
  };
}

/** The query of these parameters, those that are given: empty, or `?` and them. */
export function queryOf(
  parameters: Readonly<Record<string, string | number | boolean | Date | undefined>>,
): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(parameters))
    if (value !== undefined) query.set(name, value instanceof Date ? value.toISOString() : String(value));
  return query.size === 0 ? '' : `?${query.toString()}`;
}
