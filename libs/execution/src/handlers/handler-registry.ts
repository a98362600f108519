import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { DefinedHandler, HandlerOf, JobDefinition, QueueDefinition } from '@jobstream/contracts';
import { handlerMark } from './job-handler.js';
import type { StartGate } from './start-gate.js';

/** A job type of this worker, with its handler. */
export interface RegisteredHandler {
  readonly definition: JobDefinition;
  readonly handler: HandlerOf<JobDefinition>;
  /** Where its jobs wait before the handler is called. Default none. */
  readonly gate?: StartGate;
}

/** A worker's handlers do not match its queue's definitions. The message names each fault and its fix. */
export class HandlerRegistryError extends Error {
  override readonly name = 'HandlerRegistryError';
  readonly code = 'handlers_mismatch';
}

const noHandler =
  "there is none: put @JobHandler on a class and list it in the module's providers, or give worker() handlers.";

/** Finds the handlers: those among the providers of the application, and those that are functions. */
@Injectable()
export class HandlerRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  /**
   * The handlers of each queue, by its name and by job type. The types of a worker are those that it has a handler for.
   * @param functions handlers that are no providers
   * @throws HandlerRegistryError naming every type with two handlers, every handler that would never be called, and every queue
   * without a handler
   */
  handlersOf(
    queues: readonly QueueDefinition[],
    functions: readonly DefinedHandler[] = [],
  ): Map<string, Map<string, RegisteredHandler>> {
    const found = [...this.discover(), ...functions.map(nameFunction)];
    const served = new Map(queues.map(({ name }) => [name, new Map<string, RegisteredHandler>()]));
    for (const { definition, handler } of found)
      served.get(definition.queue.name)?.set(definition.type, { definition, handler });
    const faults = [...twice(found), ...found.flatMap((handler) => strayFault(handler, served))];
    if ([...served.values()].some((handlers) => handlers.size === 0)) faults.push(noHandler);
    if (faults.length === 0) return served;
    const names = queues.map(({ name }) => `"${name}"`).join(', ');
    throw new HandlerRegistryError(`Handlers of ${names}: ${faults.join(' ')}`);
  }

  private discover(): (RegisteredHandler & { readonly name: string })[] {
    return this.discovery.getProviders({ metadataKey: handlerMark.KEY }).map((wrapper) => {
      const name = String(wrapper.name);
      if (!wrapper.isDependencyTreeStatic()) {
        throw new HandlerRegistryError(
          `${name} is request-scoped, but a worker has no requests: remove the scope from it and its dependencies.`,
        );
      }
      return {
        name,
        definition: this.discovery.getMetadataByDecorator(handlerMark, wrapper)!,
        handler: wrapper.instance as HandlerOf<JobDefinition>,
      };
    });
  }
}

function nameFunction(handler: DefinedHandler): RegisteredHandler & { readonly name: string } {
  const { definition, handle } = handler;
  return { name: handle.name || 'a function', definition, handler };
}

interface Found {
  readonly name: string;
  readonly definition: JobDefinition;
}

function twice(found: readonly Found[]): string[] {
  const types = new Set(found.map(({ definition }) => definition.type));
  return [...types].flatMap((type) => {
    const names = found.flatMap(({ definition, name }) => (definition.type === type ? [name] : [])).sort();
    return names.length < 2
      ? []
      : [`"${type}" has ${names.length} handlers (${names.join(', ')}): keep one.`];
  });
}

function strayFault(
  { name, definition: { type, queue } }: Found,
  served: ReadonlyMap<string, unknown>,
): string[] {
  if (served.has(queue.name)) return [];
  return [`${name} handles "${type}" of the queue "${queue.name}": move it to that queue's worker.`];
}
