import { z } from 'zod';
import { defineJob, defineQueue } from '@jobstream/contracts';

/** Jobs that keep the platform itself in order, for operators and schedules. */
export const maintenanceQueue = defineQueue('maintenance', { priorities: true });

/** Deletes expired Idempotency-Keys and API keys, and old decisions of schedules and entries of the audit. */
export const cleanupExpiredTokens = defineJob({
  type: 'cleanup-expired-tokens',
  queue: maintenanceQueue,
  submitScope: 'operate',
  payload: z.strictObject({}),
  result: z.strictObject({
    idempotencyKeys: z.int(),
    uniqueKeys: z.int(),
    scheduleFirings: z.int(),
    flows: z.int(),
    apiKeys: z.int(),
    auditEntries: z.int(),
  }),
  retries: 3,
  backoff: ['60s'],
  timeout: '10m',
  exclusive: true,
});

/** Counts the jobs of a day by type and outcome, into the table that reports are drawn from. Doing so again replaces them. */
export const dailyStats = defineJob({
  type: 'daily-stats',
  queue: maintenanceQueue,
  submitScope: 'operate',
  payload: z.strictObject({
    day: z.iso
      .date()
      .refine((day) => day >= '2020-01-01', 'Take a day from 2020-01-01 on.')
      .optional()
      .describe('A day in UTC; the day before the job was made unless given.'),
  }),
  result: z.strictObject({
    day: z.iso.date(),
    jobs: z.int(),
    types: z.int(),
  }),
  retries: 3,
  backoff: ['60s'],
  timeout: '10m',
  exclusive: true,
});

/** The steps of a job from its submission to its status, in order. */
export const healthCheckHops = ['accepted', 'started', 'finished', 'recorded', 'visible'] as const;

/** Sends a `probe.run` through the whole platform and measures each hop. Fails if it does not arrive in time. */
export const healthCheck = defineJob({
  type: 'health-check',
  queue: maintenanceQueue,
  submitScope: 'operate',
  payload: z.strictObject({
    withinMs: z.int().min(1_000).max(240_000).default(30_000).describe('How long the probe may take.'),
  }),
  result: z.strictObject({
    probe: z.uuidv7().describe("The probe's id."),
    hops: z
      .strictObject({
        accepted: z.number(),
        started: z.number(),
        finished: z.number(),
        recorded: z.number(),
        visible: z.number(),
      } satisfies Record<(typeof healthCheckHops)[number], z.ZodNumber>)
      .describe(
        'Milliseconds from the hop before: asked to acknowledged, to started, to finished, to in the log, to in the status.',
      ),
    totalMs: z.number(),
  }),
  timeout: '5m',
  exclusive: true,
});

/** Deletes stored objects past their retention that no waiting or replayable job needs. */
export const cleanupOldFiles = defineJob({
  type: 'cleanup-old-files',
  queue: maintenanceQueue,
  submitScope: 'operate',
  payload: z.strictObject({}),
  result: z.strictObject({
    deleted: z.record(z.string(), z.int()).describe('Objects deleted, by the first part of their names.'),
    bytes: z.int().describe('Of those deleted.'),
    restored: z.int().describe('Discarded an hour ago, and needed by a job that was accepted meanwhile.'),
    discarded: z
      .int()
      .describe('Past their retention: deleted an hour later, unless a job needs them by then.'),
    kept: z.int().describe('Past their retention but needed by a job.'),
  }),
  retries: 3,
  backoff: ['60s'],
  timeout: '30m',
  exclusive: true,
});

/** Deletes records, rows of ended jobs, and claims that are past their retention and needed no more. */
export const cleanupOldRecords = defineJob({
  type: 'cleanup-old-records',
  queue: maintenanceQueue,
  submitScope: 'operate',
  payload: z.strictObject({}),
  result: z.strictObject({
    cutAt: z.iso.datetime().describe('What the log took before then may go.'),
    heldBy: z
      .string()
      .nullable()
      .describe('The consumer group or projection that has not read further; null where age alone decided.'),
    records: z.record(z.string(), z.int()).describe('Records deleted, by topic.'),
    jobs: z.int().describe('Ended jobs whose rows were deleted.'),
    claims: z.int().describe('Claims deleted whose jobs have no record any more that could be run again.'),
    logs: z.int().describe('Rows of what handlers have logged that were deleted.'),
    errors: z.int().describe('Rows of groups of errors that were deleted, and of their hours and notes.'),
    throughput: z.int().describe('Rows of counts older than a day that were deleted.'),
  }),
  retries: 3,
  backoff: ['60s'],
  timeout: '30m',
});
