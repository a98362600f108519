import { z } from 'zod';

/** A partition of a lane: how far its workers have come. */
export const partitionLagSchema = z.object({
  partition: z.int(),
  /** Below it all is finished; what the workers committed, the log's start if they never did. */
  committed: z.int(),
  end: z.int(),
  /** Records from `committed` to the end: those that wait, run, or finished before one that has not. */
  lag: z.int(),
});
/** See {@link partitionLagSchema}. */
export type PartitionLag = z.infer<typeof partitionLagSchema>;

/** One topic of a queue that its workers read. */
export const laneViewSchema = z.object({
  /** `high`, `normal`, `low`, or a retry lane by its delay: `retry.60s`. */
  lane: z.string(),
  topic: z.string(),
  lag: z.int(),
  partitions: z.array(partitionLagSchema),
});
/** See {@link laneViewSchema}. */
export type LaneView = z.infer<typeof laneViewSchema>;

/** `GET /v1/queues/{queue}`. */
export const queueViewSchema = z.object({
  queue: z.string(),
  /** Of all lanes. */
  lag: z.int(),
  lanes: z.array(laneViewSchema),
  /** As far as the projection knows; null while it can't be asked. Attempts under about 100 ms do not announce themselves. */
  running: z.int().nullable(),
  retrying: z.int().nullable(),
  scheduled: z.int().nullable(),
  /** Records in the queue's dead-letter topic. */
  deadLetters: z.int(),
  /** Worker processes at the moment. */
  workers: z.int(),
  /** For how long the oldest request has been in the log that is not finished, to about 5 %; null where there is none. */
  oldestWaitingSeconds: z.number().nullable(),
});
/** See {@link queueViewSchema}. */
export type QueueView = z.infer<typeof queueViewSchema>;

/** `GET /v1/queues`. */
export const queueListSchema = z.object({ items: z.array(queueViewSchema) });
/** See {@link queueListSchema}. */
export type QueueList = z.infer<typeof queueListSchema>;

/** What an unfinished job that does not run waits for. */
export const waitingForSchema = z.object({
  /**
   * - `time`: it was asked for later;
   * - `retry`: its last attempt failed, the next is not due;
   * - `worker`: no process works on its queue;
   * - `key`: the jobs of its ordering key before it;
   * - `turn`: the jobs of its partition before it.
   */
  kind: z.enum(['time', 'retry', 'worker', 'key', 'turn']),
  /** The same in words. */
  text: z.string(),
  /** Of `time` and `retry`. */
  until: z.iso.datetime().nullable(),
  /** Jobs of its partition that may come before it, at most; null while that is not known. */
  ahead: z.int().nullable(),
  /** Until it starts, if its partition goes on as in the last seconds; null where nothing can be said. */
  estimateSeconds: z.number().nullable(),
});
/** See {@link waitingForSchema}. */
export type WaitingFor = z.infer<typeof waitingForSchema>;
