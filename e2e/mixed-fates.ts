import { newJobId, type Topics } from '@jobstream/contracts';
import { encodeRecord, type JobRecord } from '@jobstream/contracts/records';
import { inferenceOcr } from '@jobstream/jobs';
import { writeRecords } from '@jobstream/testing';

/** What becomes of a job: one phase after another, `phase@run.attempt`. */
const fates = [
  ['queued', 'succeeded'],
  ['queued', 'started', 'progress', 'succeeded'],
  ['queued', 'succeeded'],
  ['queued', 'retrying', 'succeeded@1.2'],
  ['queued', 'retrying', 'retrying@1.2', 'dead_lettered@1.3'],
  ['scheduled'],
  // Replayed, and a late end of the first run that must change nothing.
  ['queued', 'retrying', 'dead_lettered@1.2', 'queued@2.1', 'succeeded@2.1', 'succeeded@1.2'],
  ['queued', 'started'],
  ['scheduled', 'queued', 'cancelled'],
  ['queued', 'expired'],
] as const;

const { type, queue } = inferenceOcr;
const chunk = 5_000;

/**
 * Writes jobs of all fates into the log, as any client could, on a queue that none of the test's workers reads. Answers
 * their ids by the state that each has to end in.
 */
export async function writeMixedFates(topics: Topics, count: number): Promise<Map<string, string>> {
  const jobs = Array.from({ length: count }, (_, nth) => ({
    id: newJobId(),
    nth,
    fate: fates[nth % fates.length]!,
  }));
  for (let step = 0; step < Math.max(...fates.map(({ length }) => length)); step += 1) {
    const records = jobs.flatMap(({ id, nth, fate }) => {
      const phase = fate[step];
      return phase === undefined ? [] : [recordOf(topics, id, nth, phase)];
    });
    for (let from = 0; from < records.length; from += chunk)
      await writeRecords(records.slice(from, from + chunk));
  }
  return new Map(jobs.map(({ id, fate }) => [id, stateAfter(fate)]));
}

function stateAfter(fate: readonly string[]): string {
  if (fate.includes('succeeded@2.1')) return 'succeeded';
  const last = fate.at(-1)!.split('@')[0]!;
  return last === 'started' ? 'running' : last;
}

function recordOf(topics: Topics, id: string, nth: number, step: string) {
  const [phase = '', at = '1.1'] = step.split('@');
  const [run = 1, attempt = 1] = at.split('.').map(Number);
  const iso = (ms: number) => new Date(Date.now() + ms).toISOString();
  const base = { v: 1, id, type, queue: queue.name, submittedFor: `user-${nth % 7}` };
  const request = { ...base, payload: { imageId: `image-${nth}` }, priority: 'normal', maxAttempts: 3 };
  const start = { worker: `worker-${nth % 3}`, at: iso(-20) };
  const error = { code: 'boom', message: `job ${nth}, attempt ${attempt}` };
  const origin = { topic: topics.requests(queue.name), partition: 0, offset: nth, at: iso(-10) };
  const lane = topics.retry(queue.name, 10_000);
  const [topic, value] = (
    {
      scheduled: [topics.delayed, { ...request, runAt: iso(30 * 24 * 3_600_000) }],
      queued: [topics.requests(queue.name), request],
      started: [topics.events, { ...base, start }],
      progress: [topics.events, { ...base, start, progress: { page: nth } }],
      retrying: [lane, { ...request, error, start, dueAt: iso(10_000) }],
      succeeded: [topics.events, { ...base, start, finishedAt: iso(0), result: { text: `text ${nth}` } }],
      cancelled: [topics.events, { ...base, finishedAt: iso(0) }],
      expired: [topics.events, { ...base, finishedAt: iso(0) }],
      dead_lettered: [
        topics.deadLetters(queue.name),
        { ...request, error, start, origin, reason: 'exhausted', attempts: attempt },
      ],
    } as Record<string, [string, unknown]>
  )[phase]!;
  const createdAt = Date.now() - 1_000;
  return { topic, ...encodeRecord({ run, attempt, phase, createdAt, value } as JobRecord) };
}
