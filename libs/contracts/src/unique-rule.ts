import { z } from 'zod';
import { parseDuration, type Duration } from './duration.js';
import { payloadPath } from './payload-path-schema.js';
import { freeText } from './free-text.js';

/** What happens to a submission whose unique key another job holds. */
export const keyConflictPolicies = ['return', 'replace', 'reject'] as const;
/** See {@link keyConflictPolicies}. */
export type KeyConflictPolicy = (typeof keyConflictPolicies)[number];

/** How long a job holds its key: until it starts, until it has ended, or for a time, whatever becomes of it. */
export type KeyHold = 'waiting' | 'unfinished' | Duration;

/** How the jobs of one unique key are kept from being two. */
export interface UniqueOptions {
  /** Default `unfinished`. With {@link debounce} it is `waiting`. */
  readonly for?: KeyHold;
  /** Default `return`. With {@link debounce} it is `replace`. */
  readonly onConflict?: KeyConflictPolicy;
  /** The job starts once no job of the key was submitted for this long; the last payload counts. */
  readonly debounce?: Duration;
  /** With {@link debounce}: the job starts at the latest this long after the first submission. Default ten times as long. */
  readonly max?: Duration;
}

/** The key of a job type's jobs, taken from the payload. */
export interface UniqueRule extends UniqueOptions {
  /** The path of the payload field that holds the key, a text or a number: `customer.id`. A payload without it has no key. */
  readonly by: string;
}

/** `max` of a debounce that does not name one, as a multiple of the quiet time. */
export const defaultDebounceFactor = 10;
/** The longest that a key is held for a time, or a debounce may last: a year. */
export const maxKeyHoldMs = parseDuration('365d');

/** {@link UniqueOptions} with their defaults, times in milliseconds. */
export interface UniquePolicy {
  readonly hold: 'waiting' | 'unfinished' | { readonly forMs: number };
  readonly onConflict: KeyConflictPolicy;
  readonly debounce?: { readonly quietMs: number; readonly maxMs: number };
}

/** A fault of {@link UniqueOptions}: the field, and what is wrong with it. */
export interface UniqueFault {
  readonly field: keyof UniqueOptions;
  readonly detail: string;
}

/** The policy that options ask for; or why they can not be had. Durations are well-formed already. */
export function uniquePolicyOf(options: UniqueOptions): UniquePolicy | UniqueFault {
  if (options.debounce !== undefined) return debouncePolicyOf(options.debounce, options);
  if (options.max !== undefined) return { field: 'max', detail: 'Only a debounce has a max.' };
  const { for: held = 'unfinished', onConflict = 'return' } = options;
  if (held === 'waiting' || held === 'unfinished') return { hold: held, onConflict };
  const forMs = parseDuration(held);
  const detail = faultOfTime(forMs);
  return detail === undefined ? { hold: { forMs }, onConflict } : { field: 'for', detail };
}

function debouncePolicyOf(debounce: Duration, options: UniqueOptions): UniquePolicy | UniqueFault {
  const { for: held = 'waiting', onConflict = 'replace', max } = options;
  if (held !== 'waiting') return { field: 'for', detail: 'A debounce holds its key while the job waits.' };
  if (onConflict !== 'replace')
    return { field: 'onConflict', detail: 'A debounce replaces the job that waits.' };
  const quietMs = parseDuration(debounce);
  const maxMs = max === undefined ? quietMs * defaultDebounceFactor : parseDuration(max);
  const detail = faultOfTime(quietMs);
  if (detail !== undefined) return { field: 'debounce', detail };
  if (maxMs < quietMs) return { field: 'max', detail: 'The max is no shorter than the debounce.' };
  return {
    hold: 'waiting',
    onConflict: 'replace',
    debounce: { quietMs, maxMs: Math.min(maxMs, maxKeyHoldMs) },
  };
}

function faultOfTime(ms: number): string | undefined {
  return ms > 0 && ms <= maxKeyHoldMs ? undefined : 'Take more than nothing and at most 365d.';
}

const durationText = z
  .string()
  .regex(/^\d{1,9}(ms|s|m|h|d)$/, 'Write a whole number and a unit: 500ms, 60s, 10m, 2h or 7d.');

/** The fields of {@link UniqueOptions} as REST and the log have them. Check them together with {@link refineUnique}. */
export const uniqueOptionFields = {
  for: z
    .union(
      [z.enum(['waiting', 'unfinished']), durationText],
      'Take waiting, unfinished or a time such as 1h.',
    )
    .optional()
    .describe('How long the job holds its key: until it starts, until it has ended (default), or so long.'),
  onConflict: z
    .enum(keyConflictPolicies)
    .optional()
    .describe(
      'What happens while another job holds the key: `return` (default) answers with that job, `replace` gives a job that waits for its time this payload and time, `reject` answers 409.',
    ),
  debounce: durationText
    .optional()
    .describe('The job starts once nothing was submitted with the key for so long. The last payload counts.'),
  max: durationText
    .optional()
    .describe('With `debounce`: it starts at the latest so long after the first. Default ten times as long.'),
};

/** Refuses {@link UniqueOptions} that are valid each alone, but not together. */
export function refineUnique(options: object, context: z.RefinementCtx): void {
  const policy = uniquePolicyOf(options);
  if ('field' in policy) context.addIssue({ code: 'custom', path: [policy.field], message: policy.detail });
}

/** {@link UniqueRule} in a shape. The patterns make durations of texts, which the types of zod do not tell. */
export const uniqueRuleSchema = z
  .strictObject({
    by: freeText(200).pipe(payloadPath).describe('The field of the payload that holds the key.'),
    ...uniqueOptionFields,
  })
  .superRefine(refineUnique) as unknown as z.ZodType<UniqueRule, UniqueRule>;
