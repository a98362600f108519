import type { TopicRole } from '@jobstream/contracts';

/** The coordinates of a record, with the role of its topic and its append time. */
export interface Coordinates {
  readonly topic: string;
  readonly partition: number;
  readonly offset: number;
  /** The broker's append time, in milliseconds since 1970. */
  readonly timestamp: number;
  readonly role: TopicRole;
}

/** The coordinates of a record as text, which sorts (by code unit, and by byte) as the tuple (topic, partition, offset) does. */
export type Position = string;

/** The {@link Position} of a record: its topic, then partition and offset, each after its number of digits in base 36. */
export function positionOf(place: { topic: string; partition: number; offset: number }): Position {
  return `${place.topic} ${sortable(place.partition)} ${sortable(place.offset)}`;
}

/** The reverse of {@link positionOf}. */
export function parsePosition(position: Position): { topic: string; partition: number; offset: number } {
  const [topic = '', partition = '', offset = ''] = position.split(' ', 3);
  return { topic, partition: Number(partition.slice(1)), offset: Number(offset.slice(1)) };
}

function sortable(count: number): string {
  const digits = String(count);
  return digits.length.toString(36) + digits;
}
