import { z } from 'zod';
import { defineJob, defineQueue, maxChildren } from '@jobstream/contracts';

export const probeQueue = defineQueue('probe', { priorities: true });

/** Failures that harm the worker: only operators may ask for them. */
const harmful = ['crash', 'exit', 'leak', 'spin', 'stray-rejection', 'hang'];

/** A job for operators, benchmarks and tests: it does what its payload says and reports exactly what it did. */
export const probeRun = defineJob({
  type: 'probe.run',
  queue: probeQueue,
  payload: z.strictObject({
    sleepMs: z.int().min(0).max(600_000).default(0).describe('Sleeps this long without using the processor.'),
    cpuMs: z
      .int()
      .min(0)
      .max(60_000)
      .default(0)
      .describe("Keeps one processor busy this long, outside the worker's event loop."),
    failTimes: z.int().min(0).max(1_000).default(0).describe('The first so many attempts of a run fail.'),
    failRuns: z
      .int()
      .min(0)
      .max(1_000)
      .default(0)
      .describe(
        'Every attempt of the first so many runs fails, until replays have brought the job beyond them.',
      ),
    failWith: z
      .enum(['retryable', 'non-retryable', 'crash', 'exit', 'leak', 'spin', 'stray-rejection', 'hang'])
      .default('retryable')
      .describe(
        'How they fail: by an error that is retried, one that is not, or in a way that needs the scope `operate`: by killing the process (`crash`), ending it with code 3 (`exit`), filling its memory (`leak`), never giving the event loop back (`spin`), a rejected promise that nobody awaits (`stray-rejection`), or never returning (`hang`).',
      ),
    outputBytes: z
      .int()
      .min(0)
      .max(1_048_576)
      .default(0)
      .describe('Length of the filler text in the result.'),
    logLines: z
      .int()
      .min(0)
      .max(1_000_000)
      .default(0)
      .describe('Logs so many lines, a thousand at a time, with 50 ms between; before it fails or returns.'),
    fanOut: z
      .int()
      .min(0)
      .max(maxChildren)
      .default(0)
      .describe(
        'Enqueues so many jobs of this type that do nothing, with the same `note`; before it fails or returns.',
      ),
    childKey: z
      .string()
      .min(1)
      .max(100)
      .optional()
      .describe(
        'Enqueues those of `fanOut` under this unique key, so that one is unfinished at most; each sleeps as long as this job.',
      ),
    gather: z
      .boolean()
      .default(false)
      .describe('Enqueues those of `fanOut` as a flow, with one after them that is told how they ended.'),
    told: z.unknown().optional().describe('Any JSON, which the job does not look at: what a flow tells it.'),
    note: z
      .string()
      .max(1_000)
      .optional()
      .describe('Free text that comes back in the result: what a test knows its job by.'),
  }),
  result: z.strictObject({
    attempt: z.int(),
    sleptMs: z.int(),
    cpuMs: z.int(),
    output: z.string(),
    /** The ids of the jobs enqueued. */
    children: z.array(z.uuidv7()).optional(),
    /** The id of the flow that it has enqueued. */
    flow: z.uuidv7().optional(),
    note: z.string().optional(),
  }),
  retries: 3,
  backoff: ['1s', '5s', '15s'],
  timeout: '10m',
  operateWhen: { failWith: harmful },
});
