import type { DrawnJob } from '@jobstream/intake';
import type { AttemptEnding } from '@jobstream/lifecycle';
import type { StartableJob } from '../admission/startable-job.js';
import type { HandlerEnding } from '../attempt/handler-ending.js';

/** What a worker tells a cell. One attempt at a time. */
export type Order =
  /**
   * `now`: the broker's time. `mayStand`: its event loop may stand still for as long as the handler has time. Else that ends a process as
   * it ends a worker.
   */
  | { readonly kind: 'run'; readonly job: StartableJob; readonly now: number; readonly mayStand: boolean }
  /** The attempt is to stop, for this reason. */
  | { readonly kind: 'abort'; readonly reason: AbortReason };

/** The reason of `JobContext.signal`, as it crosses the border of a cell. */
export interface AbortReason {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/** What a cell tells its worker. */
export type Report =
  /** It takes orders. */
  | { readonly kind: 'ready' }
  | { readonly kind: 'progress'; readonly progress: unknown }
  /** A line that the handler has logged, as JSON. */
  | { readonly kind: 'line'; readonly line: string }
  /** How many lines were left out; comes before the end. */
  | { readonly kind: 'lines-left-out'; readonly count: number }
  | { readonly kind: 'ended'; readonly ended: EndedCall };

/** The handler was not called: the payload breaks the schema. */
export type InvalidPayload = Extract<AttemptEnding, { readonly kind: 'invalid-payload' }>;

/** The end of a handler's call. `children`: those that it has enqueued; none where it has failed. */
export interface EndedCall {
  readonly ending: HandlerEnding | InvalidPayload;
  readonly children: readonly DrawnJob[];
  /** Its handler may still run: the cell is to be ended. */
  readonly isSpent?: true;
}

/** An abort's reason as plain data. */
export function describeAbort({ name, message, code }: Error & { readonly code?: unknown }): AbortReason {
  return { name, message, ...(typeof code === 'string' && { code }) };
}

/** The reason of an abort in another process: a `DOMException` where it was one there. */
export function abortErrorOf({ name, message, code }: AbortReason): Error {
  if (name === 'TimeoutError' || name === 'AbortError') return new DOMException(message, name);
  return Object.assign(new Error(message), { name, ...(code !== undefined && { code }) });
}
