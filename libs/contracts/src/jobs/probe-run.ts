import { z } from 'zod';
import { defineJob, defineQueue } from '../job-definition.js';

export const probeQueue = defineQueue('probe');

/** What operators, benchmarks and tests drive: does what its payload says and reports exactly what it did. */
export const probeRun = defineJob({
  type: 'probe.run',
  queue: probeQueue,
  payload: z.strictObject({
    /** Sleeps this long without using the processor. */
    sleepMs: z.int().min(0).max(600_000).default(0),
    /** Keeps one processor busy this long, outside the worker's event loop. */
    cpuMs: z.int().min(0).max(60_000).default(0),
    /** The first so many attempts of a run fail. */
    failTimes: z.int().min(0).max(1_000).default(0),
    /** How they fail: by an error that is retried, one that is not, by killing the process, or by never returning. */
    failWith: z.enum(['retryable', 'non-retryable', 'crash', 'hang']).default('retryable'),
    /** Length of the filler text in the result. */
    outputBytes: z.int().min(0).max(1_048_576).default(0),
    /** Free text that comes back in the result: what a test knows its job by. */
    note: z.string().max(1_000).optional(),
  }),
  result: z.strictObject({
    attempt: z.int(),
    sleptMs: z.int(),
    cpuMs: z.int(),
    output: z.string(),
    note: z.string().optional(),
  }),
  retries: 3,
  backoff: ['1s', '5s', '15s'],
  timeout: '10m',
});
