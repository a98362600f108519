import type { DeadLetterPage } from '@jobstream/contracts/rest';

/** A dead letter, and the queue whose it is. */
export interface QueueLetter {
  readonly queue: string;
  readonly letter: DeadLetterPage['items'][number];
}

/** Dead letters that failed alike: of one queue, type, reason and error. */
export interface LetterGroup {
  readonly key: string;
  readonly queue: string;
  /** Null for poison: no job could be read in it. */
  readonly type: string | null;
  readonly reason: DeadLetterPage['items'][number]['reason'];
  readonly code: string;
  /** The message of the newest. */
  readonly message: string;
  /** The message with `*` in place of what differs from job to job, as a filter of replays takes it. */
  readonly pattern: string;
  readonly letters: readonly QueueLetter[];
  /** Times of the first and the last. */
  readonly first: string;
  readonly last: string;
}

/** Ids, hashes, numbers and what is quoted: what differs between two errors of one cause. */
const varying =
  /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|"[^"]*"|'[^']*'|\b[0-9a-f]{12,}\b|\d+/gi;
const maxPattern = 500;

/** Groups dead letters by their error; the groups with the newest letters first. */
export function groupLetters(letters: readonly QueueLetter[]): LetterGroup[] {
  const byKey = new Map<string, QueueLetter[]>();
  for (const each of letters) {
    const { job, reason, error } = each.letter;
    const key = JSON.stringify([each.queue, job?.type ?? null, reason, error.code, patternOf(error.message)]);
    byKey.set(key, [...(byKey.get(key) ?? []), each]);
  }
  return [...byKey].map(describeGroup).sort((a, b) => Date.parse(b.last) - Date.parse(a.last));
}

/** The message with `*` in place of what differs from job to job. */
export function patternOf(message: string): string {
  const pattern = message.replaceAll(varying, '*').replaceAll(/\*(\s*\*)+/g, '*');
  return pattern.length <= maxPattern ? pattern : `${pattern.slice(0, maxPattern - 1)}*`;
}

function describeGroup([key, letters]: readonly [string, QueueLetter[]]): LetterGroup {
  const byTime = letters.toSorted((a, b) => Date.parse(a.letter.time) - Date.parse(b.letter.time));
  const newest = byTime.at(-1)!;
  const { job, reason, error, time } = newest.letter;
  return {
    key,
    queue: newest.queue,
    type: job?.type ?? null,
    reason,
    code: error.code,
    message: error.message,
    pattern: patternOf(error.message),
    letters: byTime.toReversed(),
    first: byTime[0]!.letter.time,
    last: time,
  };
}
