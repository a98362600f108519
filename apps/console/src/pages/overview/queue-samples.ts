import type { QueueView } from '@jobstream/contracts/rest';
import { sampleOf, type QueueSample } from './verdict.js';

/** What is kept of each queue: fifteen minutes at one sample in two seconds. */
const maxSamples = 450;
/** What rates and verdicts are made of. */
const recentMs = 40_000;

/** What was seen of the queues since the console was opened, whatever page was shown. */
const samplesByQueue = new Map<string, readonly QueueSample[]>();

/** Notes what is seen of all queues. Queues that are gone are forgotten. */
export function noteQueues(queues: readonly QueueView[], at: number): void {
  const names = new Set(queues.map(({ queue }) => queue));
  for (const name of samplesByQueue.keys()) if (!names.has(name)) samplesByQueue.delete(name);
  for (const queue of queues) noteQueue(queue, at);
}

/** Notes what is seen of one queue; the same sight again changes nothing. */
export function noteQueue(queue: QueueView, at: number): void {
  const samples = samplesOf(queue.queue);
  if (samples.at(-1)?.at === at) return;
  samplesByQueue.set(queue.queue, [...samples.slice(1 - maxSamples), sampleOf(queue, at)]);
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
