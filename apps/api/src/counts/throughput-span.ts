import { parseDuration } from '@jobstream/contracts';
import {
  throughputSteps,
  type ThroughputPartLength,
  type ThroughputStep,
  type ThroughputView,
} from '@jobstream/contracts/rest';
import { bucketMs, type ThroughputPart } from '@jobstream/projection';
import { ProblemError } from '../http/problem-error.js';

const dayMs = 86_400_000;
const defaultSpanMs = 900_000;
const defaultSteps = [bucketMs, 60_000, 600_000, 3_600_000];
/** Parts of an answer whose step the caller left to us. */
const fewParts = 200;
const maxParts = 1_500;

/** From when on to count, and how long each part is; times in milliseconds. */
export interface ThroughputSpan {
  readonly since: number;
  readonly until: number;
  readonly stepMs: number;
}

/**
 * Decides which parts to count. What is older than a day is not kept, so a span begins there at the earliest.
 * @throws ProblemError `invalid_request` for a time in the future, and for too many parts
 */
export function decideSpan(
  { since, step }: { readonly since?: Date | undefined; readonly step?: ThroughputPartLength | undefined },
  now: number,
): ThroughputSpan {
  const asked = Math.max(since?.getTime() ?? now - defaultSpanMs, now - dayMs);
  if (asked > now) throw faultAt('/since', 'This time is in the future.');
  const begin = asked - (asked % bucketMs);
  const partsOf = (stepMs: number) => Math.ceil((now - begin) / stepMs);
  const stepMs =
    step === undefined ? defaultSteps.find((each) => partsOf(each) <= fewParts)! : parseDuration(step);
  if (partsOf(stepMs) > maxParts)
    throw faultAt(
      '/step',
      `That makes ${partsOf(stepMs)} parts, and ${maxParts} are allowed: take a longer step.`,
    );
  return { since: begin, until: now, stepMs };
}

/** The answer: every part of the span, and what they add up to. */
export function showThroughput(
  { since, until, stepMs }: ThroughputSpan,
  parts: readonly ThroughputPart[],
): ThroughputView {
  const known = new Map(parts.map((part) => [part.at.getTime(), part]));
  const totals = none();
  const items: ThroughputView['items'] = [];
  for (let at = since; at < until || at === since; at += stepMs) {
    const counts = none();
    for (const step of throughputSteps) {
      counts[step] = known.get(at)?.[step] ?? 0;
      totals[step] += counts[step];
    }
    items.push({ at: new Date(at).toISOString(), ...counts });
  }
  return {
    since: new Date(since).toISOString(),
    until: new Date(until).toISOString(),
    stepSeconds: stepMs / 1_000,
    totals,
    items,
  };
}

function none(): Record<ThroughputStep, number> {
  return { accepted: 0, succeeded: 0, dead_lettered: 0, expired: 0, cancelled: 0, retried: 0 };
}

function faultAt(pointer: string, detail: string): ProblemError {
  return new ProblemError('invalid_request', 'The query has faults.', { errors: [{ pointer, detail }] });
}
