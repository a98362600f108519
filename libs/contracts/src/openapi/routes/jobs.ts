import { z } from 'zod';
import type { JobType } from '../../job-type.js';
import { batchAnswerSchema } from '../../rest/jobs/batch.js';
import { countsQuerySchema, countsViewSchema } from '../../rest/fields/counts.js';
import { throughputQuerySchema, throughputViewSchema } from '../../rest/fields/throughput.js';
import {
  jobAtSchema,
  jobDetailSchema,
  jobHistorySchema,
  jobListQuerySchema,
  jobPageSchema,
  jobQuerySchema,
} from '../../rest/jobs/job-view.js';
import { jobExplanationSchema } from '../../rest/jobs/job-explanation.js';
import { jobLogPageSchema, jobLogsQuerySchema } from '../../rest/jobs/job-logs.js';
import { jobRunPageSchema, jobRunsQuerySchema } from '../../rest/jobs/job-runs.js';
import { cancelledJobSchema } from '../../rest/jobs/job-cancel.js';
import { acceptedJobSchema } from '../../rest/jobs/submission.js';
import { jobIdParameter, noBodyAsked, submitHeaders } from '../parameters.js';
import { readJobProblems, submitProblems } from '../problem-groups.js';
import type { Example, RouteContract } from '../route-contract.js';
import { shapeSubmissions } from '../submission-union.js';

const probe = { type: 'probe.run', payload: { sleepMs: 200 } };

/** The examples whose types there are. */
function examplesOf(
  jobTypes: readonly JobType[],
  examples: Readonly<
    Record<string, { readonly summary: string; readonly value: Readonly<Record<string, unknown>> }>
  >,
): Record<string, Example> {
  return Object.fromEntries(
    Object.entries(examples).filter(([, { value }]) => jobTypes.some(({ type }) => type === value.type)),
  );
}

/** The routes of jobs, where jobs of these types may be submitted. */
export function jobRoutes(jobTypes: readonly JobType[]): readonly RouteContract[] {
  const { submission, batch } = shapeSubmissions(jobTypes);
  return [
    {
      route: 'POST /v1/jobs',
      operationId: 'submitJob',
      tag: 'Jobs',
      scope: 'submit',
      summary: 'Submit a job',
      description:
        'The answer comes once the in-sync replicas have the job. 503: the job was not accepted. 504: it is unknown whether it was accepted; the answer has the id to look for. Jobs that maintain the platform, and probes that crash or hang, need the scope `operate`.',
      headers: submitHeaders,
      body: {
        schema: submission,
        examples: examplesOf(jobTypes, {
          probe: { summary: 'A job that sleeps', value: probe },
          failing: {
            summary: 'A job that fails twice, then succeeds',
            value: { type: 'probe.run', payload: { failTimes: 2 } },
          },
          later: {
            summary: 'In a minute, for somebody',
            value: { ...probe, delay: '1m', submittedFor: 'ada' },
          },
          urgent: {
            summary: 'Before others of its queue',
            value: { type: 'daily-stats', payload: { day: '2026-01-31' }, priority: 'high' },
          },
        }),
      },
      answers: {
        202: {
          description: 'The job is accepted.',
          schema: acceptedJobSchema,
          headers: { Location: 'Path of the job.' },
        },
      },
      problems: submitProblems,
    },
    {
      route: 'POST /v1/jobs/batch',
      operationId: 'submitBatch',
      tag: 'Jobs',
      scope: 'submit',
      summary: 'Submit many jobs at once',
      description:
        'At most 10,000 items, 32 MiB and 500,000 values. Items are checked one by one: a faulty one does not hold back the others. ' +
        'The Idempotency-Key covers the batch: while items may pass later (their code has a status of 500 or more), the same key ' +
        'and body produce the missing jobs, under the same ids.',
      headers: submitHeaders,
      body: {
        schema: batch,
        examples: {
          two: {
            summary: 'Two jobs',
            value: { items: [probe, { type: 'health-check', payload: {}, expiresIn: '10m' }] },
          },
        },
      },
      answers: {
        202: {
          description: 'At least one item is accepted. Items in the order given.',
          schema: batchAnswerSchema,
        },
      },
      problems: [...submitProblems, 'too_many_items'],
    },
    {
      route: 'GET /v1/jobs',
      operationId: 'listJobs',
      tag: 'Jobs',
      scope: 'read',
      summary: 'List jobs, the newest first',
      description:
        'The jobs that meet every condition, and the filter `q`. `next` is the cursor of the following page, null at the end. A page before the end may hold fewer jobs than asked for, even none; `scannedTo` then says how far it has looked. With `at` a page holds 100 jobs at most, and their `progress` is null: it is not kept over time.',
      query: jobListQuerySchema,
      headers: { 'If-None-Match': z.string().optional().describe('The ETag that is known.') },
      answers: {
        200: {
          description: 'A page of jobs.',
          schema: jobPageSchema,
          headers: { ETag: 'Follows from the page.' },
        },
        304: { description: 'The page is the one that is known.' },
      },
      problems: ['invalid_request', 'database_unavailable'],
    },
    {
      route: 'GET /v1/jobs/{id}',
      operationId: 'readJob',
      tag: 'Jobs',
      scope: 'read',
      summary: 'Read a job, or wait for its end',
      description:
        'Never 404 for an accepted job, also right after its 202. A job of a flow that has not started is 404 `job_not_started`: `GET /v1/jobs/{id}/explain` says what it waits for.',
      path: { id: jobIdParameter },
      query: jobQuerySchema,
      answers: {
        200: {
          description: 'The job as it is; with `at`, as it was then.',
          schema: z.union([jobDetailSchema, jobAtSchema]),
        },
      },
      problems: [...readJobProblems, 'invalid_request', 'too_many_open', 'open_share_used_up'],
    },
    {
      route: 'POST /v1/jobs/{id}/cancel',
      operationId: 'cancelJob',
      tag: 'Jobs',
      scope: 'operate',
      summary: 'Cancel a job',
      description:
        'A scheduled job ends at once, a waiting job when a worker takes it. For a running job `ctx.signal` aborts; a result that it returns all the same counts. 409 says how the job has ended.',
      path: { id: jobIdParameter },
      body: noBodyAsked,
      answers: { 202: { description: 'The log has the cancel.', schema: cancelledJobSchema } },
      problems: [...readJobProblems, 'job_final', 'broker_unavailable'],
    },
    {
      route: 'GET /v1/jobs/{id}/history',
      operationId: 'readJobHistory',
      tag: 'Jobs',
      scope: 'read',
      summary: 'Read every transition of a job',
      path: { id: jobIdParameter },
      answers: { 200: { description: 'In the order of the job’s life.', schema: jobHistorySchema } },
      problems: readJobProblems,
    },
    {
      route: 'GET /v1/jobs/{id}/runs',
      operationId: 'listJobRuns',
      tag: 'Jobs',
      scope: 'read',
      summary: 'List the runs of a job, the newest first: why each began, and how it ended',
      description:
        'Payloads and results only where asked for. With them a page may hold fewer runs than asked for while `next` is not null: it ends after about 4 MiB of them.',
      path: { id: jobIdParameter },
      query: jobRunsQuerySchema,
      answers: { 200: { description: 'A page of runs.', schema: jobRunPageSchema } },
      problems: [...readJobProblems, 'invalid_request', 'broker_unavailable', 'too_many_open'],
    },
    {
      route: 'GET /v1/jobs/{id}/explain',
      operationId: 'explainJob',
      tag: 'Jobs',
      scope: 'read',
      summary: 'Say why a job is where it is',
      description:
        'What holds an unfinished job now, also one of a flow that has not started; what would hold it after that, and when it may start. It asks the broker and the database at this moment; what does not answer within a second is left out.',
      path: { id: jobIdParameter },
      answers: { 200: { description: 'The explanation.', schema: jobExplanationSchema } },
      problems: readJobProblems,
    },
    {
      route: 'GET /v1/jobs/{id}/logs',
      operationId: 'readJobLogs',
      tag: 'Jobs',
      scope: 'read',
      summary: 'Read what the handler of a job has logged',
      description:
        'Of each attempt at most 1,000 lines and 64 KiB; one line says how many were left out. Lines are kept for a week, unless the platform is set otherwise. A page may hold fewer lines than asked for while `next` is not null.',
      path: { id: jobIdParameter },
      query: jobLogsQuerySchema,
      answers: { 200: { description: 'A page of lines, the first logged first.', schema: jobLogPageSchema } },
      problems: [...readJobProblems, 'invalid_request'],
    },
    {
      route: 'GET /v1/jobs/{id}/stream',
      operationId: 'streamJob',
      tag: 'Jobs',
      scope: 'read',
      summary: 'Follow a job as server-sent events',
      description: [
        'Events, each with JSON as its data:',
        '- `transition`: a TransitionView. Its `id` is what to resume by.',
        '- `progress`: what the handler reported.',
        '- `logs`: JobLogLines that the handler has logged, within about a second. Its `id` is what to resume by. The last lines may be missing when the job ends: `GET /v1/jobs/{id}/logs` has all.',
        '- `end`: the JobView. Nothing comes after it.',
      ].join('\n'),
      path: { id: jobIdParameter },
      headers: {
        'Last-Event-ID': z
          .string()
          .regex(/^[A-Za-z0-9._/;-]*$/)
          .optional()
          .describe('The id of the last event seen: the stream resumes after it.'),
      },
      answers: {
        200: { description: 'The events, to the end of the job.', contentType: 'text/event-stream' },
        204: { description: 'The job has ended, and everything was seen.' },
      },
      problems: [
        ...readJobProblems,
        'invalid_request',
        'broker_unavailable',
        'too_many_open',
        'open_share_used_up',
      ],
    },
    {
      route: 'GET /v1/counts',
      operationId: 'countJobs',
      tag: 'Jobs',
      scope: 'read',
      summary: 'Count jobs by type, queue and state, now or at a time',
      query: countsQuerySchema,
      answers: { 200: { description: 'The counts.', schema: countsViewSchema } },
      problems: ['invalid_request', 'too_many_to_count', 'database_unavailable'],
    },
    {
      route: 'GET /v1/throughput',
      operationId: 'readThroughput',
      tag: 'Jobs',
      scope: 'read',
      summary: 'Count what became of jobs over the last day, in parts of time',
      description:
        'Steps of jobs by the time at which the log took their records. A step that a crash has written twice counts once if it ends a run.',
      query: throughputQuerySchema,
      answers: { 200: { description: 'The counts.', schema: throughputViewSchema } },
      problems: ['invalid_request', 'database_unavailable'],
    },
  ];
}
