import { z } from 'zod';
import type { EncodedOrder } from './order.js';
import { isoTime, wireVersion } from './job-record.js';

/** What one sign names at most; what it leaves out, its counts still count. */
export const maxSignedQueues = 100;
export const maxSignedTopics = 20;
export const maxSignedPartitions = 200;
export const maxSignedJobs = 50;

const name = z.string().max(256);
const count = z.int().min(0);

/** A queue that a worker serves, and how it stands there. */
const signedQueueSchema = z.object({
  queue: name,
  slots: count.describe('Handlers that may run at the same time.'),
  running: count.describe('Slots in use.'),
  waiting: count.describe('Jobs that it has read and that wait for a slot.'),
  paused: z.boolean(),
  partitions: z
    .array(z.object({ topic: name, partitions: z.array(count).max(maxSignedPartitions) }))
    .max(maxSignedTopics)
    .describe('The partitions that it reads, the first of them; empty until it has joined its group.'),
});

/** An attempt whose handler runs. */
const signedJobSchema = z.object({
  id: z.uuidv7(),
  type: name,
  queue: name,
  run: z.int().min(1),
  attempt: z.int().min(1),
  apart: z.boolean().describe('Whether it runs in a process or thread of its own.'),
});

/** What a worker process tells of itself. */
export const workerSignSchema = z.object({
  v: z.literal(wireVersion),
  id: name.min(1).describe('The end of the name by which records of jobs call the process.'),
  service: name.describe('What the process calls itself in logs and metrics.'),
  program: z.object({
    name: name.describe('The package that the program belongs to.'),
    version: name.nullable().describe('As its package.json says; null where that says none.'),
  }),
  platformVersion: name.describe('The version of Jobstream that it runs on.'),
  startedAt: isoTime,
  queueCount: count,
  queues: z.array(signedQueueSchema).max(maxSignedQueues).describe('The first of them, by name.'),
  runningCount: count,
  running: z
    .array(signedJobSchema)
    .max(maxSignedJobs)
    .describe('The first of the attempts that run, in the order of their starts.'),
  suspects: z
    .object({ running: count, waiting: count })
    .describe('Jobs that may have ended a process before, and run alone.'),
  memory: z.object({ rssBytes: count, heapBytes: count }),
});
export type WorkerSign = z.infer<typeof workerSignSchema>;
/** See {@link WorkerSign}. */
export type SignedQueue = WorkerSign['queues'][number];
/** See {@link WorkerSign}. */
export type SignedJob = WorkerSign['running'][number];

/** The bytes of a record of `jobs.workers`, keyed by the process, so that the newest of each is kept. Null: the process has ended. */
export function encodeWorkerSign(id: string, sign: WorkerSign | null): EncodedOrder {
  return { key: id, value: sign && JSON.stringify(sign), headers: {} };
}

/** Reads a record of `jobs.workers`. Never throws: what can not be read says why. */
export function decodeWorkerSign(
  key: Buffer | null,
  value: Buffer | null,
): { readonly id: string; readonly sign: WorkerSign | null } | { readonly detail: string } {
  const id = key?.toString() ?? '';
  if (id === '') return { detail: 'The key names no process.' };
  if (value === null) return { id, sign: null };
  try {
    const parsed = workerSignSchema.safeParse(JSON.parse(value.toString()));
    if (!parsed.success) return { detail: z.prettifyError(parsed.error) };
    return parsed.data.id === id
      ? { id, sign: parsed.data }
      : { detail: `The key names another process than the value: ${id}` };
  } catch (error) {
    return { detail: `The value is not JSON: ${(error as Error).message}` };
  }
}
