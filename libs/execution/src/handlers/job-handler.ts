import { Injectable } from '@nestjs/common';
import { DiscoveryService } from '@nestjs/core';
import type { JobDefinition, PayloadOf, ResultOf } from '@jobstream/contracts';
import type { JobContext } from './job-context.js';

/** What does the work of one job type. */
export interface HandlerOf<Definition extends JobDefinition> {
  /**
   * Runs one attempt. It may be called again for the same attempt (after a crash, or a move of the partition), so its effect
   * should bear repetition.
   * @returns the result; it is checked against the definition's schema
   * @throws anything: retried by the definition's ladder, but for `NonRetryableError` (and any error whose
   * `retryable` is false) and `RetryAfterError`
   */
  handle(
    payload: PayloadOf<Definition>,
    context: JobContext<Definition>,
  ): Promise<ResultOf<Definition>> | ResultOf<Definition>;
}

/** Marks the handlers of a module for discovery; holds the definition. */
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
