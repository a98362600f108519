import type { RegisteredHandler } from './handler-registry.js';

/** The handlers of a worker by job type. */
export type Handlers = ReadonlyMap<string, RegisteredHandler>;

/** The ladder of a job type: its delays between attempts, in milliseconds. Empty for a type without a handler. */
export function ladderOf(handlers: Handlers, type: string): readonly number[] {
  return handlers.get(type)?.definition.backoffMs ?? [];
}

/** The label of job types without a handler here. */
const unknownTypeLabel = 'unknown';

/** A job type as metrics and logs name it. Anyone can write any type to a topic, so only known types become labels. */
export function typeLabelOf(handlers: Handlers, type: string): string {
  return handlers.has(type) ? type : unknownTypeLabel;
}
