import type { TopicPartition } from '../client/record.js';

/** Why a partition is not read. */
export type PartitionTrouble =
  /** Its place in the log is being looked up. */
  { readonly kind: 'checking' } | Halt;

/** What comes next can't be read, or the log was cut before it. */
export interface Halt {
  readonly kind: 'halted';
  readonly cause: 'unreadable' | 'cut';
  /** What operators have to know and do. */
  readonly why: string;
}

/** The trouble of a partition whose next batch can't be read, until it has been deleted. */
export function unreadable({ topic, partition }: TopicPartition, fault: string): Halt {
  const why =
    `${topic}, partition ${partition}: ${fault}. Reading stands still there. Update Jobstream if a newer version knows how to ` +
    'read it; else save what the batch holds and delete it with kafka-delete-records';
  return { kind: 'halted', cause: 'unreadable', why };
}

/** The trouble of a partition whose log was cut before its place. */
export function cut(why: string): Halt {
  return { kind: 'halted', cause: 'cut', why };
}

/** Whether it may pass by itself, so that the partition's place has to be looked up again from time to time. */
export function mayPass(trouble: PartitionTrouble | null): boolean {
  return trouble?.kind === 'halted' && trouble.cause === 'unreadable';
}

/** What operators are told of it; null where reading goes on, or soon will. */
export function haltOf(trouble: PartitionTrouble | null): string | null {
  return trouble?.kind === 'halted' ? trouble.why : null;
}
