import { z } from 'zod';
import type { EncodedRecord } from './codec.js';
import { isoTime, wireVersion } from './job-record.js';
import { maxCounter } from './record-head.js';

/** More fit no row. */
const maxLeftOut = 2 ** 31 - 1;

/** How grave a line is. */
export const logLevels = ['debug', 'info', 'warn', 'error'] as const;
export type LogLevel = (typeof logLevels)[number];

/** A line that a handler has logged, without control characters. */
export const logLineSchema = z.object({
  at: isoTime.describe("By the broker's time as the worker knows it."),
  level: z.enum(logLevels),
  message: z.string(),
  fields: z.record(z.string(), z.unknown()).optional().describe('What was logged beside the message.'),
});
export type LogLine = z.infer<typeof logLineSchema>;

/** On `jobs.logs`, keyed by the job: lines that one attempt has logged in a row. */
export const jobLogSchema = z.object({
  v: z.literal(wireVersion),
  id: z.uuidv7(),
  run: z.int().min(1).max(maxCounter),
  attempt: z.int().min(1).max(maxCounter),
  worker: z.string(),
  leftOut: z
    .int()
    .min(1)
    .max(maxLeftOut)
    .optional()
    .describe(
      'In the last record of an attempt: how many of its lines were left out, because they were too many.',
    ),
  lines: z.array(logLineSchema),
});
export type JobLog = z.infer<typeof jobLogSchema>;

/** The bytes of lines that are JSON already. */
export function encodeJobLog(log: Omit<JobLog, 'v' | 'lines'>, lines: readonly string[]): EncodedRecord {
  const { id, run, attempt, worker, leftOut } = log;
  const head = JSON.stringify({ v: wireVersion, id, run, attempt, worker, leftOut });
  return { key: id, value: `${head.slice(0, -1)},"lines":[${lines.join(',')}]}`, headers: {} };
}

/** Reads lines, the id of their job in lower case. Never throws: the result says why a record can't be read. */
export function decodeJobLog(value: Buffer | null): JobLog | { readonly detail: string } {
  try {
    const parsed = jobLogSchema.safeParse(JSON.parse(value?.toString() ?? ''));
    if (!parsed.success) return { detail: z.prettifyError(parsed.error) };
    return { ...parsed.data, id: parsed.data.id.toLowerCase() };
  } catch (error) {
    return { detail: `The value is not JSON: ${(error as Error).message}` };
  }
}
