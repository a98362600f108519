import { parsePosition, type Coordinates, type Position } from './coordinates.js';

/** A `queued` or `succeeded` record, of which a fold keeps the coordinates only. */
export interface PlainRecord extends Pick<Coordinates, 'topic' | 'partition' | 'offset' | 'timestamp'> {
  readonly state: 'queued' | 'succeeded';
  readonly run: number;
  readonly attempt: number;
  /** The worker of a succeeded one; null for a queued one. */
  readonly worker: string | null;
}

/** A {@link PlainRecord} as text: position, state, run, attempt, append time and worker, separated by spaces. Sorts by position. */
export type PlainEntry = string;

/** Entries that a job keeps, those with the lowest positions. Only a flood of copies has more. */
export const maxPastEntries = 100;

/** The entry of a plain record. */
export function plainEntry(
  position: Position,
  state: PlainRecord['state'],
  run: number,
  attempt: number,
  appendedAt: number,
  worker: string | null,
): PlainEntry {
  const entry = `${position} ${state} ${run} ${attempt} ${appendedAt}`;
  return worker === null ? entry : `${entry} ${worker}`;
}

/** The reverse of {@link plainEntry}. */
export function parsePlainEntry(entry: PlainEntry): PlainRecord {
  const fields = entry.split(' ');
  const [topic = '', partition = '', offset = '', state, run, attempt, timestamp] = fields;
  const worker = fields.slice(7);
  return {
    ...parsePosition(`${topic} ${partition} ${offset}`),
    state: state as PlainRecord['state'],
    run: Number(run),
    attempt: Number(attempt),
    timestamp: Number(timestamp),
    worker: worker.length === 0 ? null : worker.join(' '),
  };
}
