import type { QueueLimits } from '@jobstream/contracts';
import { countOf, writeRate } from '../../numbers/count.js';
import { writeSpan } from '../../numbers/span.js';

/** How a queue goes at present. */
export interface QueueGait {
  /** Records that wait, run, or are to be retried. */
  readonly backlog: number;
  /** Jobs that run; null where it is not known. */
  readonly running: number | null;
  /** Jobs that came and that were done, a second; undefined until it was watched. */
  readonly rates: { readonly came: number; readonly done: number } | undefined;
}

const secondsOf = { s: 1, m: 60, h: 3_600 } as const;

/**
 * How long a queue takes to drain under these limits, in a sentence; undefined where nothing can be said of it.
 * A rate bounds the starts. A concurrency bounds them by what each running job gets done at present. Keys are not taken into account.
 */
export function estimateDrain(
  limits: QueueLimits,
  { backlog, running, rates }: QueueGait,
): string | undefined {
  const rate = startsOf(limits.rate);
  if (rate === null) return undefined;
  if (backlog === 0) return 'Nothing waits.';
  const each = rates && running ? rates.done / running : 0;
  const parallel = limits.concurrency === undefined || each === 0 ? Infinity : limits.concurrency * each;
  const most = Math.min(rate, parallel);
  if (most === Infinity) return undefined;
  const came = rates?.came ?? 0;
  const keys = limits.perKey ? ', or longer by the limits of keys' : '';
  const pace = `at most ${writeRate(most)} a second`;
  if (most <= came) return `With this the backlog grows: ${pace}, and ${writeRate(came)} a second come.`;
  const span = writeSpan((backlog / (most - came)) * 1_000);
  return `With this about ${span} to drain: ${countOf(backlog, 'job')} unfinished, ${pace}${keys}.`;
}

/** Starts a second: Infinity without a rate, null for a text that is none. */
function startsOf(rate: string | undefined): number | null {
  if (rate === undefined) return Infinity;
  const [, count, unit] = /^([1-9]\d{0,6})\/([smh])$/.exec(rate) ?? [];
  return count === undefined ? null : Number(count) / secondsOf[unit as keyof typeof secondsOf];
}
