import type { LiveFrame, PastFrame, QueueTotals } from '@jobstream/contracts/rest';

/** What a queue had done at a time. */
export interface QueueSample extends QueueTotals {
  /** By `performance.now()`. */
  readonly at: number;
}

/** What is kept of each queue: fifteen minutes of seconds, and what came before them. */
const maxSamples = 1_000;
/** What rates and verdicts are made of. */
const recentMs = 40_000;

const samplesByQueue = new Map<string, readonly QueueSample[]>();

/** Begins with what the server had seen before this console watched. */
export function notePast(past: readonly PastFrame[], now: number): void {
  const oldestKnown = Math.min(...[...samplesByQueue.values()].map((samples) => samples[0]?.at ?? Infinity));
  const older = past.filter(({ secondsAgo }) => now - secondsAgo * 1_000 < oldestKnown);
  const known = new Map(samplesByQueue);
  samplesByQueue.clear();
  for (const { secondsAgo, queues } of older)
    for (const { queue, totals } of queues) add(queue, { at: now - secondsAgo * 1_000, ...totals });
  for (const [queue, samples] of known) for (const sample of samples) add(queue, sample);
}

/** Notes what is seen of all queues. Queues that are gone are forgotten. */
export function noteFrame({ queues }: LiveFrame, now: number): void {
  const names = new Set(queues.map(({ queue }) => queue));
  for (const name of samplesByQueue.keys()) if (!names.has(name)) samplesByQueue.delete(name);
  for (const { queue, totals } of queues) add(queue, { at: now, ...totals });
}

function add(queue: string, sample: QueueSample): void {
  samplesByQueue.set(queue, [...samplesOf(queue).slice(1 - maxSamples), sample]);
}

/** All samples of a queue, the oldest first. */
export function samplesOf(queue: string): readonly QueueSample[] {
  return samplesByQueue.get(queue) ?? [];
}

/** The samples of the last forty seconds. */
export function recentSamplesOf(queue: string): readonly QueueSample[] {
  const samples = samplesOf(queue);
  const newest = samples.at(-1)?.at ?? 0;
  return samples.filter(({ at }) => newest - at <= recentMs);
}
