import { defineJob, defineQueue } from '@jobstream/contracts';
import { z } from 'zod';
import { openWorker, type TestWorker } from './worker.fixture-spec.js';

/** A type whose jobs are tried three times. */
export const page = defineJob({
  type: 'print.page',
  queue: defineQueue('print'),
  payload: z.strictObject({ n: z.int().default(1) }),
  result: z.int(),
  retries: 2,
  backoff: ['1s'],
  timeout: '50ms',
});

/** A worker of that type. */
export function workerWith(
  handle: (payload: { n: number }) => unknown,
  options: ConstructorParameters<typeof TestWorker>[1] = {},
): TestWorker {
  return openWorker([{ definition: page, handler: { handle } }], options);
}

/** The calls of a handler that wait, each until the test ends it. */
export interface Gate {
  readonly calls: readonly { end(value: unknown): void; fail(error: Error): void }[];
  readonly handle: () => Promise<unknown>;
}

/** A handler whose calls wait. */
export function gate(): Gate {
  const calls: Gate['calls'][number][] = [];
  return {
    calls,
    handle: () => new Promise((resolve, reject) => calls.push({ end: resolve, fail: reject })),
  };
}
