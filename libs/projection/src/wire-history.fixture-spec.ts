import { phases, Topics, type Phase } from '@jobstream/contracts';
import { encodeRecord, type JobError, type JobRecord } from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';
import fc from 'fast-check';

export const topics = new Topics();
const longAgo = Date.parse('2026-01-01T00:00:00.000Z');

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

/** What of a record a test cares for. */
export interface Facts {
  id: string;
  phase: Phase;
  run?: number;
  attempt?: number;
  topic?: string;
  partition?: number;
  offset?: number;
  start?: number;
  /** Stands in every place that takes free text. */
  text?: string;
  type?: string;
  submittedFor?: string;
  timestamp?: number;
  createdAt?: number;
  /** Of a failure; default: one whose message is `text`. */
  error?: JobError;
}

/** A record as it comes from the log. */
export function incoming(facts: Facts): IncomingRecord {
  const { id, phase, run = 1, attempt = 1, partition = 0, offset = 0, start = 0, text = 'text' } = facts;
  const { createdAt = longAgo } = facts;
  const topic = facts.topic ?? topicsOf[phase][0]!;
  const iso = (ms: number) => new Date(createdAt + ms).toISOString();
  const base = {
    v: 1 as const,
    id,
    type: facts.type ?? 'probe.run',
    queue: 'probe',
    submittedFor: facts.submittedFor ?? text,
  };
  const request = {
    ...base,
    payload: { text, run },
    priority: 'normal' as const,
    maxAttempts: 4,
    ...(run === 2 ? { orderingKey: `key ${text}`, expiresAt: iso(90_000) } : {}),
  };
  const made = { worker: `${text} ${start}`, at: iso(start) };
  const error = facts.error ?? { code: 'boom', message: text };
  const origin = { topic: 'jobs.probe', partition, offset, at: iso(0) };
  const values: Record<Phase, unknown> = {
    scheduled: { ...request, runAt: iso(60_000) },
    queued: request,
    started: { ...base, start: made },
    progress: { ...base, start: made, progress: text },
    retrying: { ...request, error, start: made, dueAt: iso(60_000) },
    dead_lettered: { ...request, error, start: made, origin, reason: 'exhausted', attempts: attempt },
    succeeded: { ...base, start: made, finishedAt: iso(start + 5), result: text },
    cancelled: { ...base, finishedAt: iso(9) },
    expired: { ...base, start: made, finishedAt: iso(9) },
  };
  const encoded = encodeRecord({ run, attempt, phase, createdAt, value: values[phase] } as JobRecord);
  return {
    topic,
    partition,
    offset,
    timestamp: facts.timestamp ?? createdAt + 1_000 + offset,
    key: Buffer.from(encoded.key),
    value: Buffer.from(encoded.value),
    headers: encoded.headers,
  };
}

const texts = fc.constantFrom(
  'plain',
  '',
  'a "quoted" \\ {text}, NULL',
  'NULL',
  'zero\0byte',
  'half \ud83d of a pair',
  'größer 🙂\n\t',
);

/** Any history of one job. Few places and times, so that ties, copies and losers abound. */
export function historiesOf(id: string): fc.Arbitrary<Facts[]> {
  return fc.uniqueArray(
    fc
      .record({
        phase: fc.constantFrom(...phases),
        run: fc.integer({ min: 1, max: 3 }),
        attempt: fc.integer({ min: 1, max: 4 }),
        topicIndex: fc.nat(2),
        partition: fc.nat(1),
        offset: fc.nat(120),
        start: fc.nat(3),
        text: texts,
      })
      .map(({ topicIndex, ...facts }) => {
        const names = topicsOf[facts.phase];
        return { id, ...facts, topic: names[topicIndex % names.length]! };
      }),
    {
      minLength: 1,
      maxLength: 12,
      selector: ({ topic, partition, offset }) => `${topic}/${partition}/${offset}`,
    },
  );
}
