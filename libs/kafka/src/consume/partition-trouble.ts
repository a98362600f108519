import type { TopicPartition } from '../client/record.js';

/** Why a partition is not read. */
export type PartitionTrouble =
  /** Its place in the log is being looked up. */
  { readonly kind: 'checking' } | Halt;

/** Its next batch cannot be read, or its log was cut before the next offset. */
export interface Halt {
  readonly kind: 'halted';
  readonly cause: 'unreadable' | 'cut';
  /** For operators: what is wrong and what to do. */
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

/** Text for operators; null while reading continues, or soon will. */
export function haltOf(trouble: PartitionTrouble | null): string | null {
  return trouble?.kind === 'halted' ? trouble.why : null;
}
