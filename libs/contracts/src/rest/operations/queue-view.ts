import { z } from 'zod';
import { queueLimitsSchema } from '../../queue-limits.js';

/** A partition of a lane: how far its workers have come. */
export const partitionLagSchema = z
  .object({
    partition: z.int(),
    committed: z
      .int()
      .describe(
        "Every record below it is finished. The offset that the workers committed, or the log's start before the first commit.",
      ),
    end: z.int(),
    lag: z
      .int()
      .describe(
        'Records from `committed` to the end: those that wait, run, or finished before one that has not.',
      ),
  })
  .meta({ id: 'PartitionLag' });
export type PartitionLag = z.infer<typeof partitionLagSchema>;

/** One topic of a queue that its workers read. */
export const laneViewSchema = z
  .object({
    lane: z.string().describe('`high`, `normal`, `low`, or a retry lane by its delay: `retry.60s`.'),
    topic: z.string(),
    lag: z.int(),
    partitions: z.array(partitionLagSchema),
  })
  .meta({ id: 'LaneView' });
export type LaneView = z.infer<typeof laneViewSchema>;

/** The reason why an unfinished job does not run. */
export const waitingForSchema = z
  .object({
    kind: z
      .enum(['time', 'retry', 'pause', 'worker', 'endpoint', 'limit', 'key', 'turn'])
      .describe(
        '- `time`: it was asked for later;\n- `retry`: its last attempt failed, the next is not due;\n- `pause`: its queue is paused;\n- `worker`: no process works on its queue;\n- `endpoint`: the server of its type’s endpoint fails, and is tried from time to time;\n- `limit`: a limit of its queue or key is used up; `text` says which;\n- `key`: the jobs of its ordering key before it;\n- `turn`: the jobs of its partition before it.',
      ),
    text: z.string().describe('The same in words.'),
    until: z.iso.datetime().nullable().describe('Of `time` and `retry`.'),
    ahead: z
      .int()
      .nullable()
      .describe('Jobs of its partition that may come before it, at most; null while that is not known.'),
    estimateSeconds: z
      .number()
      .nullable()
      .describe(
        'Until it starts, if its partition goes on as in the last ten minutes; null where nothing can be said.',
      ),
  })
  .meta({ id: 'WaitingFor' });
export type WaitingFor = z.infer<typeof waitingForSchema>;

/** What can hold the jobs of a whole queue: kinds of {@link waitingForSchema}. */
const queueHolds = ['pause', 'worker', 'endpoint'] as const;

/** `GET /v1/queues/{queue}`. */
export const queueViewSchema = z
  .object({
    queue: z.string(),
    lag: z.int().describe('Of all lanes.'),
    lanes: z.array(laneViewSchema),
    running: z
      .int()
      .nullable()
      .describe(
        "As far as the projection knows; null while it can't be asked. Attempts under about 100 ms do not announce themselves.",
      ),
    retrying: z.int().nullable(),
    scheduled: z.int().nullable(),
    deadLetters: z.int().describe("Records in the queue's dead-letter topic."),
    paused: z.boolean().describe('Whether its workers were told to start nothing.'),
    limits: queueLimitsSchema.describe(
      "What limits its jobs: as ordered, else as the queue's definition says. Empty for nothing.",
    ),
    workers: z.int().describe('Worker processes at the moment.'),
    oldestWaitingSeconds: z
      .number()
      .nullable()
      .describe(
        'For how long the oldest request has been in the log that is not finished, to about 5 %; null where there is none.',
      ),
    waitingFor: z
      .object({ kind: z.enum(queueHolds), text: z.string() })
      .nullable()
      .describe(
        'What holds the jobs that wait in it; of `endpoint`, those of one server at least. Null while none waits, and where nothing holds them as a queue.',
      ),
  })
  .meta({ id: 'QueueView' });
export type QueueView = z.infer<typeof queueViewSchema>;

/** `GET /v1/queues`. */
export const queueListSchema = z.object({ items: z.array(queueViewSchema) }).meta({ id: 'QueueList' });
export type QueueList = z.infer<typeof queueListSchema>;

const nextStartAtSchema = z.iso
  .datetime()
  .describe('When the next start that is not granted yet can be: starts are granted up to a second ahead.');

/** `GET /v1/queues/{queue}/limits/usage`: who uses up what. */
export const limitsUsageSchema = z
  .object({
    queue: z.string(),
    limits: queueLimitsSchema,
    concurrency: z
      .object({
        max: z.int(),
        inUse: z.int(),
        permits: z
          .array(z.object({ slot: z.int().describe('From 1.'), worker: z.string() }))
          .describe(
            'The first 100, by their numbers. A worker keeps a permit for its next job for up to 2 s.',
          ),
      })
      .nullable()
      .describe('Of the whole queue; null where it has no such limit. So are those below.'),
    rate: z.object({ rate: z.string(), nextStartAt: nextStartAtSchema.nullable() }).nullable(),
    keyConcurrency: z
      .object({
        field: z.string(),
        max: z.int(),
        count: z.int().describe('Keys that hold a permit.'),
        busiest: z
          .array(z.object({ key: z.string(), inUse: z.int() }))
          .describe('The first 100; a key of over 200 characters by its hash.'),
      })
      .nullable(),
    keyRate: z
      .object({
        field: z.string(),
        rate: z.string(),
        count: z.int().describe('Keys whose rate is used up for the moment.'),
        longest: z
          .array(z.object({ key: z.string(), nextStartAt: nextStartAtSchema }))
          .describe('The first 100, the one that waits longest first.'),
      })
      .nullable(),
    running: z
      .array(
        z.object({
          id: z.uuidv7(),
          type: z.string().nullable(),
          worker: z.string().nullable(),
          startedAt: z.iso.datetime().nullable(),
          key: z.string().nullable().describe('Null where nothing limits keys, and of a job without one.'),
        }),
      )
      .describe(
        'The jobs that hold the permits, as far as the status knows: the 100 that run longest. Attempts under about 100 ms do not announce themselves.',
      ),
  })
  .meta({ id: 'LimitsUsage' });
export type LimitsUsage = z.infer<typeof limitsUsageSchema>;

/** 202 of `POST /v1/queues/{queue}/pause`, `/resume`, `PUT` and `DELETE …/limits`: the log has the order, and the queue's state with it. */
export const queueOrderAnswerSchema = z
  .object({ queue: z.string(), paused: z.boolean(), limits: queueLimitsSchema })
  .meta({ id: 'QueueOrderAnswer' });
export type QueueOrderAnswer = z.infer<typeof queueOrderAnswerSchema>;
