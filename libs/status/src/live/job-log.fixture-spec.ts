import { phases, Topics, type Phase } from '@jobstream/contracts';
import type { JobRecord } from '@jobstream/contracts/records';
import fc from 'fast-check';
import type { SeenRecord } from './job-feed.js';

const topics = new Topics();
/** Whose records these are. */
export const jobId = '01890a5d-ac96-774b-bcce-b302099a8057';
const base = { v: 1 as const, id: jobId, type: 'probe.run', queue: 'probe' };
const request = { ...base, payload: {}, priority: 'normal' as const, maxAttempts: 4 };
const start = { worker: 'w-1', at: '2026-01-02T03:04:05.000Z' };
const error = { code: 'boom', message: 'It broke.' };
const finishedAt = '2026-01-02T03:04:06.000Z';
const origin = { topic: topics.requests('probe'), partition: 0, offset: 0, at: finishedAt };
const topicsOf: Record<Phase, readonly string[]> = {
  scheduled: [topics.delayed],
  queued: [topics.requests('probe')],
  started: [topics.events],
  progress: [topics.events],
  retrying: [topics.retry('probe', 1_000), topics.retry('probe', 60_000)],
  dead_lettered: [topics.deadLetters('probe')],
  succeeded: [topics.events],
  cancelled: [topics.events],
  expired: [topics.events],
};
const values: Record<Phase, unknown> = {
  scheduled: { ...request, runAt: finishedAt },
  queued: request,
  started: { ...base, start },
  progress: { ...base, start, progress: { percent: 1 } },
  retrying: { ...request, error, start },
  dead_lettered: { ...request, error, start, origin, reason: 'exhausted', attempts: 1 },
  succeeded: { ...base, start, finishedAt, result: null },
  cancelled: { ...base, finishedAt },
  expired: { ...base, finishedAt },
};

/** What a record of a {@link logOf log} tells; of two topics and partitions. */
export interface Facts {
  readonly phase: Phase;
  readonly run: number;
  readonly attempt: number;
  readonly topic: number;
  readonly partition: number;
}

/** Appended one after another: what a record tells of does not go by when it comes. */
export function logOf(all: readonly Facts[]): SeenRecord[] {
  return all.map(({ phase, run, attempt, topic: index, partition }, offset) => {
    const topic = topicsOf[phase][index % topicsOf[phase].length]!;
    return {
      record: { run, attempt, phase, createdAt: 0, value: values[phase] } as JobRecord,
      // Appended at the same millisecond, some: then a history goes by what they tell.
      at: { topic, partition, offset, timestamp: offset >> 1, role: topics.roleOf(topic)! },
    };
  });
}

/** Any records of one job, in the order of the log: it need not be the order of its life. */
export const logs = fc
  .array(
    fc.record({
      phase: fc.constantFrom(...phases),
      run: fc.integer({ min: 1, max: 3 }),
      attempt: fc.integer({ min: 1, max: 3 }),
      topic: fc.nat(1),
      partition: fc.nat(1),
    }),
    { minLength: 1, maxLength: 30 },
  )
  .map(logOf);
