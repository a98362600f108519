import type { KeyHold } from '../unique-rule.js';

/** How a job holds its unique key: `until` a time that its row names, whatever becomes of the job. */
export type UniqueHold = Extract<KeyHold, 'waiting' | 'unfinished'> | 'until';

/** The unique key of a job, as the header `js-unique` says it: how it is held, a colon, its hash. */
export interface UniqueMark {
  readonly hold: UniqueHold;
  /** SHA-256 of job type and key, base64url. */
  readonly hash: string;
}

/** What the header `js-unique` looks like. */
export const uniqueMarkPattern = /^(waiting|unfinished|until):[\w-]{43}$/;

/** The text of the header. */
export function encodeUniqueMark({ hold, hash }: UniqueMark): string {
  return `${hold}:${hash}`;
}

/** Reads the text of a header that has {@link uniqueMarkPattern}. */
export function decodeUniqueMark(text: string): UniqueMark {
  const colon = text.indexOf(':');
  return { hold: text.slice(0, colon) as UniqueHold, hash: text.slice(colon + 1) };
}
