import { describeTroubles, type TopicTrouble } from '@jobstream/kafka';
import type { Health } from '@jobstream/runtime';

/** The topics that are missing or take no records, as a worker knows them. Times by `steadyTime`. */
export interface TopicsState {
  /** The topics that the worker's own jobs need. */
  readonly own: ReadonlySet<string>;
  /** Own topics that do not exist, and since when that is known. */
  readonly missing: ReadonlyMap<string, number>;
  readonly troubles: readonly TopicTrouble[];
}

/** A shorter trouble does not make the worker unready: a change of leaders, or a topic that is created again, ends by itself. */
const unreadyAfterMs = 10_000;

/** Ready while the worker's own topics exist and take records. Topics of other queues, for children, are a detail. */
export function healthOfTopics({ own, missing, troubles }: TopicsState, now: number): Health {
  const lasting = [...missing].filter(([, since]) => now - since > unreadyAfterMs);
  const refusing = troubles.filter(({ topic, since }) => own.has(topic) && now - since > unreadyAfterMs);
  const detail = [
    ...[...missing].map(([topic, since]) => `${topic} is missing since ${new Date(since).toISOString()}`),
    ...describeTroubles(troubles),
  ];
  if (detail.length === 0) return { ok: true };
  const names = [...new Set([...lasting.map(([topic]) => topic), ...refusing.map(({ topic }) => topic)])];
  if (names.length === 0) return { ok: true, detail };
  return { ok: false, why: `Topics are missing or take no records: ${names.join(', ')}.`, detail };
}
