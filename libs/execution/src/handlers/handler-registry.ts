import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { JobDefinition, QueueDefinition } from '@jobstream/contracts';
import { handlerMark, type HandlerOf } from './job-handler.js';

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

/** Finds the handlers among the providers of the application. */
@Injectable()
export class HandlerRegistry {
  constructor(private readonly discovery: DiscoveryService) {}

  /**
   * The handlers of a queue by job type: exactly one for each of its definitions.
   * @throws HandlerRegistryError that names every definition without a handler or with several, and every handler that is never called
   */
  handlersOf(queue: QueueDefinition, definitions: readonly JobDefinition[]): Map<string, RegisteredHandler> {
    const found = this.discover();
    const expected = definitions.filter((definition) => definition.queue.name === queue.name);
    const faults = [
      ...expected.flatMap((definition) => faultOf(definition, found)),
      ...found.flatMap(({ definition, name }) => strayFault(name, definition, expected, queue)),
    ];
    if (expected.length === 0) faults.push(`No job type uses the queue "${queue.name}": define one.`);
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

interface Found {
  readonly name: string;
  readonly definition: JobDefinition;
}

function faultOf(definition: JobDefinition, found: readonly Found[]): string[] {
  const names = found
    .filter((other) => other.definition === definition)
    .map(({ name }) => name)
    .sort();
  if (names.length === 1) return [];
  if (names.length > 1) {
    return [`"${definition.type}" has ${names.length} handlers (${names.join(', ')}): keep one.`];
  }
  return [
    `"${definition.type}" has no handler: put @JobHandler on a class and list it in the module's providers.`,
  ];
}

function strayFault(
  name: string,
  definition: JobDefinition,
  expected: readonly JobDefinition[],
  queue: QueueDefinition,
): string[] {
  if (expected.includes(definition)) return [];
  return [
    definition.queue.name === queue.name
      ? `${name} handles "${definition.type}", which is not among the job types: add it to the catalogue.`
      : `${name} handles "${definition.type}" of the queue "${definition.queue.name}": move it to that queue's worker.`,
  ];
}
