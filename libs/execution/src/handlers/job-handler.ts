import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { HandlerOf, JobDefinition } from '@jobstream/contracts';

/** Marks a provider as a handler, with its definition, for `HandlerRegistry`. */
export const handlerMark = DiscoveryService.createDecorator<JobDefinition>();

/**
 * Makes a Nest provider the handler of a job type. The compiler holds its `handle` to the definition's payload and result.
 *
 * ```ts
 * @JobHandler(imageThumbnail)
 * class ThumbnailHandler implements HandlerOf<typeof imageThumbnail> { ... }
 * ```
 */
export function JobHandler<Definition extends JobDefinition>(definition: Definition) {
  return <Handler extends new (...dependencies: never[]) => HandlerOf<Definition>>(target: Handler): void => {
    Injectable()(target);
    handlerMark(definition)(target);
  };
}
