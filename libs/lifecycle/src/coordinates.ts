import type { TopicRole } from '@jobstream/contracts';

/** Where a record stands in the log, what its topic is for, and when it was appended. */
export interface Coordinates {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The broker's append time, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly role: TopicRole;
}

/** A record's place as text that sorts (by code unit, and by byte) as the tuple (topic, partition, offset) does. */
export type Position = string;

/** The {@link Position} of a record: its topic, then partition and offset, each led by its number of digits in base 36. */
export function positionOf(place: { topic: string; partition: number; offset: number }): Position {
  return `${place.topic} ${sortable(place.partition)} ${sortable(place.offset)}`;
}

/** The tuple that a {@link Position} stands for. */
export function parsePosition(position: Position): { topic: string; partition: number; offset: number } {
  const [topic = '', partition = '', offset = ''] = position.split(' ', 3);
  return { topic, partition: Number(partition.slice(1)), offset: Number(offset.slice(1)) };
}

function sortable(count: number): string {
  const digits = String(count);
  return digits.length.toString(36) + digits;
}
