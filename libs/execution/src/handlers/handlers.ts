import type { RegisteredHandler } from './handler-registry.js';

/** The handlers of a worker by job type. */
export type Handlers = ReadonlyMap<string, RegisteredHandler>;

/** The delays between the attempts of a job type, in milliseconds; none for a type without a handler. */
export function ladderOf(handlers: Handlers, type: string): readonly number[] {
  return handlers.get(type)?.definition.backoffMs ?? [];
}

/** The label of job types that this worker does not know. */
const unknownTypeLabel = 'unknown';

/** A job type as metrics and logs name it: anyone can write any type to a topic, so only known ones become labels. */
export function typeLabelOf(handlers: Handlers, type: string): string {
  return handlers.has(type) ? type : unknownTypeLabel;
}
