import { isFinal, stateOfPhase, type TopicRole } from '@jobstream/contracts';
import {
  decodePoison,
  decodeRecord,
  decodeUniqueMark,
  type JobError,
  type JobRecord,
  type Poison,
} from '@jobstream/contracts/records';
import type { IncomingRecord } from '@jobstream/kafka';
import {
  belongsOn,
  clean,
  foldRecord,
  transitionOf,
  type Coordinates,
  type JobFold,
  type Transition,
} from '@jobstream/lifecycle';
import type { KeyOfJob } from '@jobstream/unique-keys';

/** A record in which no job could be read, as its row holds it. */
export interface RejectedRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  readonly appendedAt: number;
  readonly reason: string;
  readonly error: JobError;
  /** Of one that a worker set aside: its queue and where the dead letter lies. */
  readonly queue: string | null;
  readonly deadLetterTopic: string | null;
  readonly deadLetterOffset: number | null;
}

/** What follows from a record for the rows. */
export type ProjectedRecord =
  | {
      readonly kind: 'job';
      readonly fold: JobFold;
      readonly transition: Transition | null;
      /** The unique key that its end frees. */
      readonly freed?: KeyOfJob;
    }
  | { readonly kind: 'rejected'; readonly rejected: RejectedRecord }
  /** Unreadable, on the topic of a queue: its worker sets it aside, and its dead letter is listed instead. */
  | { readonly kind: 'left' };

/** Reads a record for the projection. Never throws: what can't be read is rejected, or left to the queue's worker. */
export function projectRecord(record: IncomingRecord, role: TopicRole): ProjectedRecord {
  const decoded = decodeRecord(record.value, record.headers);
  if ('fault' in decoded) {
    const poison = role.kind === 'dead-letters' ? decodePoison(record.value) : undefined;
    return poison === undefined
      ? rejectOrLeave(record, role, decoded.fault, decoded.detail)
      : { kind: 'rejected', rejected: setAside(poison, record, role) };
  }
  if (!belongsOn(decoded.phase, role))
    return rejectOrLeave(record, role, 'malformed', `A ${decoded.phase} record has no place on this topic.`);
  const { topic, partition, offset } = record;
  const at: Coordinates = { topic, partition, offset, timestamp: timeOf(record), role };
  try {
    const fold = foldRecord(decoded, at);
    const transition = transitionOf(decoded, at);
    if (decoded.unique === undefined) return { kind: 'job', fold, transition };
    return { kind: 'job', fold, transition, freed: keyFreedBy(decoded, decoded.unique) };
  } catch (error) {
    return rejectOrLeave(record, role, 'malformed', `The value can't be kept: ${(error as Error).message}`);
  }
}

/** A key that is held for a time is free after that time, whatever becomes of its job. */
function keyFreedBy({ phase, value }: JobRecord, unique: string): KeyOfJob | undefined {
  const { hold, hash } = decodeUniqueMark(unique);
  return hold !== 'until' && isFinal(stateOfPhase(phase)) ? { hash, jobId: value.id } : undefined;
}

function rejectOrLeave(
  record: IncomingRecord,
  role: TopicRole,
  reason: string,
  detail: string,
): ProjectedRecord {
  const { topic, partition, offset } = record;
  if (role.kind === 'requests' || role.kind === 'retry') return { kind: 'left' };
  return {
    kind: 'rejected',
    rejected: {
      topic,
      partition,
      offset,
      appendedAt: timeOf(record),
      reason,
      error: { code: reason, message: clean(detail.slice(0, 2_000)) },
      queue: null,
      deadLetterTopic: null,
      deadLetterOffset: null,
    },
  };
}

/** Kafka's own limit. */
const maxTopicCharacters = 249;

function setAside(
  { origin, reason, error }: Poison,
  record: IncomingRecord,
  role: TopicRole,
): RejectedRecord {
  return {
    topic: clean(origin.topic.slice(0, maxTopicCharacters)),
    partition: Math.min(origin.partition, 2 ** 31 - 1),
    offset: origin.offset,
    appendedAt: Date.parse(origin.at),
    reason,
    error,
    queue: 'queue' in role ? role.queue : null,
    deadLetterTopic: record.topic,
    deadLetterOffset: record.offset,
  };
}

/** The append time, within what a `Date` and Postgres can hold: a topic set up by others may say anything. */
function timeOf({ timestamp }: IncomingRecord): number {
  return Math.min(Math.max(timestamp, 0), 8.64e15);
}
