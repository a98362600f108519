import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { JobDefinition, PayloadOf, ResultOf } from '@jobstream/contracts';
import type { JobContext } from './job-context.js';

/** The handler of a job type. */
export interface HandlerOf<Definition extends JobDefinition> {
  /**
   * Runs one attempt. It may be called again for the same attempt (after a crash, or a move of the partition), so its effect
   * should be repeatable.
   * @returns the result; it is checked against the definition's schema
   * @throws any error. It is retried by the definition's ladder, except `NonRetryableError` (or any error with
   * `retryable: false`) and `RetryAfterError`
   */
  handle(
    payload: PayloadOf<Definition>,
    context: JobContext<Definition>,
  ): Promise<ResultOf<Definition>> | ResultOf<Definition>;
}

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
