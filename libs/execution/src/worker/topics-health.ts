import { describeTroubles, type TopicTrouble } from '@jobstream/kafka';
import type { Health } from '@jobstream/runtime';

/** What a worker knows of topics that do not do their part. Times in ms since the epoch. */
export interface TopicsState {
  /** The topics that the worker's own jobs need. */
  readonly own: ReadonlySet<string>;
  /** Of those, the ones that do not exist, and since when that is known. */
  readonly missing: ReadonlyMap<string, number>;
  readonly troubles: readonly TopicTrouble[];
}

/** What comes and goes by itself, such as a change of leaders or a topic being made again, is not told as unready. */
const patienceMs = 10_000;

/** Ready while the worker's own topics are there and take records. Another queue's, for its children, is told as a detail. */
export function judgeTopics({ own, missing, troubles }: TopicsState, now: number): Health {
  const lasting = [...missing].filter(([, since]) => now - since > patienceMs);
  const refusing = troubles.filter(({ topic, since }) => own.has(topic) && now - since > patienceMs);
  const detail = [
    ...[...missing].map(([topic, since]) => `${topic} is missing since ${new Date(since).toISOString()}`),
    ...describeTroubles(troubles),
  ];
  if (detail.length === 0) return { ok: true };
  const names = [...new Set([...lasting.map(([topic]) => topic), ...refusing.map(({ topic }) => topic)])];
  if (names.length === 0) return { ok: true, detail };
  return { ok: false, why: `Topics are missing or take no records: ${names.join(', ')}.`, detail };
}
