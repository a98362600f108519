import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { DefinedHandler, HandlerOf, JobDefinition, QueueDefinition } from '@jobstream/contracts';
import { handlerMark } from './job-handler.js';

/** A job type of this worker, with its handler. */
export interface RegisteredHandler {
  readonly definition: JobDefinition;
  readonly handler: HandlerOf<JobDefinition>;
}

/** A worker's handlers do not match its queue's definitions. The message names each fault and its fix. */
export class HandlerRegistryError extends Error {
  override readonly name = 'HandlerRegistryError';
  readonly code = 'handlers_mismatch';
}

/** Finds the handlers: those among the providers of the application, and those that are functions. */
@Injectable()
export class HandlerRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  /**
   * The handlers of a queue by job type. The types of a worker are those that it has a handler for.
   * @param functions handlers that are no providers
   * @throws HandlerRegistryError naming every type with two handlers, and every handler that would never be called
   */
  handlersOf(
    queue: QueueDefinition,
    functions: readonly DefinedHandler[] = [],
  ): Map<string, RegisteredHandler> {
    const found = [...this.discover(), ...functions.map(nameFunction)];
    const faults = [...twice(found), ...found.flatMap((handler) => strayFault(handler, queue))];
    if (found.length === 0)
      faults.push(
        "there is none: put @JobHandler on a class and list it in the module's providers, or give worker() handlers.",
      );
    if (faults.length > 0) throw new HandlerRegistryError(`Handlers of "${queue.name}": ${faults.join(' ')}`);
    return new Map(
      found.map(({ definition, handler }) => [definition.type, { definition, handler }] as const),
    );
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

function strayFault({ name, definition: { type, queue } }: Found, own: QueueDefinition): string[] {
  if (queue.name === own.name) return [];
  return [`${name} handles "${type}" of the queue "${queue.name}": move it to that queue's worker.`];
}
