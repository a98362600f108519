import { type Phase, type TopicRole, phases, Topics } from '@jobstream/contracts';
import type { JobRecord } from '@jobstream/contracts/records';
import fc from 'fast-check';
import type { Coordinates } from './coordinates.js';

/** A record and where it stands. */
export interface Logged {
  readonly record: JobRecord;
  readonly at: Coordinates;
}

export const jobId = '01890a5d-ac96-774b-bcce-b302099a8057';
const createdAt = Date.parse('2026-01-01T00:00:00.000Z');
const topics = new Topics();
const topicsOf: Record<Phase, readonly string[]> = {
  scheduled: [topics.delayed],
  queued: [topics.requests('probe'), topics.requests('probe', 'low')],
  started: [topics.events],
  progress: [topics.events],
  retrying: [topics.retry('probe', 1_000), topics.retry('probe', 60_000), topics.delayed],
  dead_lettered: [topics.deadLetters('probe')],
  succeeded: [topics.events],
  cancelled: [topics.events],
  expired: [topics.events],
};

/** What a {@link logged} record may say; all but the phase has a default. */
export interface Facts {
  phase: Phase;
  run?: number;
  attempt?: number;
  topic?: string;
  partition?: number;
  offset?: number;
  timestamp?: number;
  /** Names worker and time of the start. */
  start?: number;
}

/** A record as our own writers make it. */
export function logged({
  phase,
  run = 1,
  attempt = 1,
  topic = topicsOf[phase][0]!,
  partition = 0,
  offset = 0,
  timestamp = createdAt + 1_000 + offset,
  start = 0,
}: Facts): Logged {
  const iso = (ms: number) => new Date(createdAt + ms).toISOString();
  const base = { v: 1 as const, id: jobId, type: 'probe.run', queue: 'probe', submittedFor: 'ada' };
  const request = { ...base, payload: { run }, priority: 'normal' as const, maxAttempts: 4 };
  const made = { worker: `worker-${start}`, at: iso(start) };
  const error = { code: 'boom', message: `attempt ${attempt}` };
  const origin = { topic: 'jobs.probe', partition, offset, at: iso(0) };
  const values: Record<Phase, unknown> = {
    scheduled: { ...request, runAt: iso(60_000) },
    queued: request,
    started: { ...base, start: made },
    progress: { ...base, start: made, progress: { offset } },
    retrying: { ...request, error, start: made, dueAt: iso(60_000) },
    dead_lettered: { ...request, error, start: made, origin, reason: 'exhausted', attempts: attempt },
    succeeded: { ...base, start: made, finishedAt: iso(start + 5), result: { attempt } },
    cancelled: { ...base, finishedAt: iso(9) },
    expired: { ...base, finishedAt: iso(9) },
  };
  const role: TopicRole = topics.roleOf(topic)!;
  return {
    record: { run, attempt, phase, createdAt, value: values[phase] } as JobRecord,
    at: { topic, partition, offset, timestamp, role },
  };
}

/** Any history of one job, its records in any order, each once. Few places and times, so that ties and copies abound. */
export const histories: fc.Arbitrary<Logged[]> = fc.uniqueArray(
  fc
    .record({
      phase: fc.constantFrom(...phases),
      run: fc.integer({ min: 1, max: 3 }),
      attempt: fc.integer({ min: 1, max: 4 }),
      topicIndex: fc.nat(2),
      partition: fc.nat(1),
      offset: fc.nat(120),
      start: fc.nat(3),
    })
    .map(({ topicIndex, ...facts }) => {
      const names = topicsOf[facts.phase];
      return logged({ ...facts, topic: names[topicIndex % names.length]! });
    }),
  {
    minLength: 1,
    maxLength: 14,
    selector: ({ at }) => `${at.topic}/${at.partition}/${at.offset}`,
  },
);
