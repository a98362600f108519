import { decideCall, type CallEnding, type CallError, type CallVerdict } from '@jobstream/calls';

/** What follows from the answer of a receiver. */
export type DeliveryVerdict =
  | { readonly kind: 'delivered'; readonly status: number }
  /** Tried again, no earlier than `afterMs` where the receiver named a delay, otherwise by the ladder. */
  | { readonly kind: 'retry'; readonly error: CallError; readonly afterMs?: number }
  /** No retry can help. `isGone`: the receiver wants to hear no more. */
  | { readonly kind: 'refused'; readonly error: CallError; readonly isGone: boolean };

const gone = 410;

/**
 * Decides what follows from a call of a receiver. A receiver that answers 404 or 401 is more often deployed wrongly than it is
 * right, so every answer but 2xx and 410 is tried again, unless its `x-should-retry` says otherwise.
 * @param now milliseconds since 1970, for a `Retry-After` that is a date
 */
export function decideDelivery(ending: CallEnding, now: number): DeliveryVerdict {
  const verdict: CallVerdict = decideCall(ending, now);
  switch (verdict.kind) {
    case 'taken':
      return { kind: 'delivered', status: statusOf(ending)! };
    case 'retry':
      return verdict;
    case 'refused': {
      const { error } = verdict;
      const isGone = statusOf(ending) === gone;
      const isFinal = ending.kind !== 'answered' || isGone || ending.shouldRetry === 'false';
      return isFinal ? { kind: 'refused', error, isGone } : { kind: 'retry', error };
    }
  }
}

/** The HTTP status of an answer; undefined where none came. */
export function statusOf(ending: CallEnding): number | undefined {
  return ending.kind === 'answered' ? ending.status : undefined;
}
