import { createHash } from 'node:crypto';
import {
  isStorable,
  maxUniqueKeyLength,
  uniquePolicyOf,
  valueAt,
  type JobRules,
  type UniqueOptions,
  type UniquePolicy,
  type UniqueRule,
} from '@jobstream/contracts';
import type { Fault } from '@jobstream/contracts/rest';

/** The unique key that a job is submitted with, and how it is to be held. */
export interface UniqueWish {
  /** SHA-256 of job type and key, base64url. */
  readonly hash: string;
  readonly policy: UniquePolicy;
}

/** The unique key as a submission names it. */
export interface SubmittedKey extends UniqueOptions {
  readonly key: string;
}

/**
 * The wish of a submission: its own key, else the one that its type takes from the payload. Undefined where there is none.
 * @returns a fault where the payload's field holds no key
 */
export function uniqueWishOf(
  { type, unique: rule }: JobRules,
  payload: unknown,
  submitted: SubmittedKey | undefined,
): UniqueWish | Fault | undefined {
  if (submitted) return wishOf(type, submitted.key, submitted);
  const value = rule === undefined ? undefined : valueAt(payload, rule.by);
  if (value === undefined || value === null) return undefined;
  const detail = faultOfKey(value);
  if (detail !== undefined) return { pointer: `/payload/${rule!.by.replaceAll('.', '/')}`, detail };
  return wishOf(type, `${value as string | number}`, rule!);
}

function wishOf(type: string, key: string, options: UniqueOptions | UniqueRule): UniqueWish {
  const policy = uniquePolicyOf(options);
  if ('field' in policy) throw new Error(`The options of a key were not checked: ${policy.detail}`);
  return { hash: createHash('sha256').update(`${type}\n${key}`).digest('base64url'), policy };
}

function faultOfKey(value: unknown): string | undefined {
  if (typeof value === 'number') return undefined;
  if (typeof value !== 'string') return 'Give a text or a number: it is the unique key of the job.';
  if (value.length === 0 || value.length > maxUniqueKeyLength)
    return `The unique key has ${value.length} characters, not 1 to ${maxUniqueKeyLength}.`;
  return isStorable(value) ? undefined : 'The unique key has NUL characters or halves of surrogate pairs.';
}
