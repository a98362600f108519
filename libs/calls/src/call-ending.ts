import { readRetryAfter } from '@jobstream/contracts/rest';

/** The body of an answer, byte for byte. */
export interface AnswerBody {
  readonly content: Buffer;
  /** Whether it was read to its end; if not, it is larger than allowed. */
  readonly isWhole: boolean;
}

/** How a call ended. */
export type CallEnding =
  | {
      readonly kind: 'answered';
      readonly status: number;
      /** The header `Retry-After`. */
      readonly retryAfter: string | undefined;
      /** The header `x-should-retry`. */
      readonly shouldRetry: string | undefined;
      readonly body: AnswerBody;
    }
  | { readonly kind: 'timed-out'; readonly timeoutMs: number }
  /** The connection was not made, or broke. `cause`: the code of the error beneath. */
  | { readonly kind: 'failed'; readonly cause: string }
  /** The URL or its addresses may not be reached. */
  | { readonly kind: 'forbidden'; readonly error: Error };

/** Why a call was not taken; `code` is stable. */
export interface CallError {
  readonly code: string;
  readonly message: string;
}

/** What follows from a call's ending. */
export type CallVerdict =
  /** A 2xx. */
  | { readonly kind: 'taken'; readonly body: AnswerBody }
  /** No retry can help. */
  | { readonly kind: 'refused'; readonly error: CallError }
  /** By the ladder. `afterMs`: no earlier than the server asked for, should the ladder be shorter. */
  | { readonly kind: 'retry'; readonly error: CallError; readonly afterMs?: number };

/** Client errors after which a retry may help: too slow, at the same time as another, too early, too often. */
const retryableStatuses: readonly number[] = [408, 409, 425, 429];
const statusesThatNameADelay: readonly number[] = [429, 503];
/** The longest `Retry-After` that counts: a server that is wrong about its clock should not hold a job for years. */
const maxRetryAfterMs = 24 * 60 * 60_000;
const excerptLength = 300;

/**
 * Decides what follows from a call.
 * @param now milliseconds since 1970, for a `Retry-After` that is a date
 */
export function decideCall(ending: CallEnding, now: number): CallVerdict {
  switch (ending.kind) {
    case 'answered':
      return decideAnswer(ending, now);
    case 'timed-out':
      return {
        kind: 'retry',
        error: { code: 'call_timeout', message: `The server did not answer within ${ending.timeoutMs} ms.` },
      };
    case 'failed':
      return {
        kind: 'retry',
        error: {
          code: 'call_failed',
          message: `The server could not be reached, or the connection broke (${ending.cause}).`,
        },
      };
    case 'forbidden':
      return { kind: 'refused', error: { code: 'url_refused', message: ending.error.message } };
  }
}

function decideAnswer(answer: Extract<CallEnding, { kind: 'answered' }>, now: number): CallVerdict {
  const { status, retryAfter, shouldRetry, body } = answer;
  if (status >= 200 && status < 300) return { kind: 'taken', body };
  const error = { code: `http_${status}`, message: describe(status, body) };
  if (!mayPass(status, shouldRetry)) return { kind: 'refused', error };
  const afterMs =
    retryAfter !== undefined && statusesThatNameADelay.includes(status)
      ? readRetryAfter(retryAfter, now)
      : undefined;
  return {
    kind: 'retry',
    error,
    ...(afterMs !== undefined && { afterMs: Math.min(afterMs, maxRetryAfterMs) }),
  };
}

function mayPass(status: number, shouldRetry: string | undefined): boolean {
  return (
    readShouldRetry(shouldRetry) ?? (status < 400 || status >= 500 || retryableStatuses.includes(status))
  );
}

/** What the header `x-should-retry` says. Undefined where it is absent, or neither `true` nor `false`. */
export function readShouldRetry(header: string | undefined): boolean | undefined {
  if (header === 'true') return true;
  return header === 'false' ? false : undefined;
}

function describe(status: number, { content }: AnswerBody): string {
  const isRedirect = status >= 300 && status < 400;
  const what = `The server answered ${status}${isRedirect ? ', and redirects are not followed: name the URL that it leads to' : ''}`;
  const excerpt = content
    .toString('utf8', 0, 4 * excerptLength)
    .replace(/[\s\p{Cc}]+/gu, ' ')
    .trim()
    .slice(0, excerptLength);
  return excerpt === '' ? `${what}.` : `${what}: ${excerpt}`;
}
