import type { CellNeed } from '../apart/cells.js';
import type { RegisteredHandler } from './handler-registry.js';

/** The handlers of a worker by job type. */
export type Handlers = ReadonlyMap<string, RegisteredHandler>;

/** The ladder of a job type: its delays between attempts, in milliseconds. Empty for a type without a handler. */
export function ladderOf(handlers: Handlers, type: string): readonly number[] {
  return handlers.get(type)?.definition.backoffMs ?? [];
}

/** The cell that jobs of a type are isolated in; undefined where they run in the worker. */
export function cellNeedOf(handlers: Handlers, type: string): CellNeed | undefined {
  const definition = handlers.get(type)?.definition;
  if (definition === undefined || definition.isolation === 'none') return undefined;
  return { kind: definition.isolation, heapMiB: definition.memoryMiB };
}

/** The label of job types without a handler here. */
const unknownTypeLabel = 'unknown';

/** A job type as metrics and logs name it. Anyone can write any type to a topic, so only known types become labels. */
export function typeLabelOf(handlers: Handlers, type: string): string {
  return handlers.has(type) ? type : unknownTypeLabel;
}
