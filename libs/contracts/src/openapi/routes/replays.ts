import { z } from 'zod';
import {
  deadLetterPageSchema,
  jobReplaySchema,
  orderListQuerySchema,
  pageQuerySchema,
  replayJobPageSchema,
  replayPageSchema,
  replayRequestSchema,
  replaySurveySchema,
  replayViewSchema,
} from '../../rest/operations/replay.js';
import { acceptedJobSchema } from '../../rest/jobs/submission.js';
import { jobIdParameter, noBodyAsked } from '../parameters.js';
import { readJobProblems } from '../problem-groups.js';
import type { RouteContract } from '../route-contract.js';

const path = { id: z.uuidv7().describe('The id of the replay.') };
const replayProblems = ['invalid_replay_id', 'replay_not_found', 'database_unavailable'] as const;

export const replayRoutes: readonly RouteContract[] = [
  {
    route: 'POST /v1/replays',
    operationId: 'createReplay',
    tag: 'Replays',
    scope: 'operate',
    summary: 'Run jobs again: dead letters, or a range of history',
    description:
      'Each job starts a new run under its own id. A dry run counts and changes nothing; otherwise a scheduler runs the replay, and it is watched under its id.',
    body: {
      schema: replayRequestSchema,
      examples: {
        redrive: {
          summary: 'The dead letters of a queue, once the fault is fixed',
          value: { source: 'dead-letters', queue: 'image', why: 'the storage is back' },
        },
        dryRun: {
          summary: 'How many failed for one reason, counted only',
          value: {
            source: 'dead-letters',
            queue: 'image',
            filter: { errorCode: 'download_failed', olderThan: '1h' },
            dryRun: true,
          },
        },
        history: {
          summary: 'A morning once more, with a changed payload',
          value: {
            source: 'history',
            queue: 'image',
            from: '2026-01-31T06:00:00Z',
            to: '2026-01-31T09:00:00Z',
            only: 'all',
            patch: [{ op: 'replace', path: '/width', value: 400 }],
            rate: 50,
            why: 'larger thumbnails',
          },
        },
      },
    },
    answers: {
      200: { description: 'The counts of a dry run.', schema: replaySurveySchema },
      202: {
        description: 'The replay is stored and will run.',
        schema: replayViewSchema,
        headers: { Location: 'Path of the replay.' },
      },
    },
    problems: [
      'queue_not_found',
      'offsets_outside_log',
      'nothing_to_replay',
      'patch_breaks_schema',
      'broker_unavailable',
      'database_unavailable',
      'projection_behind',
    ],
  },
  {
    route: 'GET /v1/replays',
    operationId: 'listReplays',
    tag: 'Replays',
    scope: 'read',
    summary: 'List replays, newest first',
    query: orderListQuerySchema,
    answers: { 200: { description: 'A page of replays.', schema: replayPageSchema } },
    problems: ['invalid_request', 'database_unavailable'],
  },
  {
    route: 'GET /v1/replays/{id}',
    operationId: 'readReplay',
    tag: 'Replays',
    scope: 'read',
    summary: 'Watch a replay',
    path,
    answers: { 200: { description: 'The replay as it is now.', schema: replayViewSchema } },
    problems: replayProblems,
  },
  {
    route: 'GET /v1/replays/{id}/jobs',
    operationId: 'listReplayedJobs',
    tag: 'Replays',
    scope: 'read',
    summary: 'List the runs that a replay made, by job',
    path,
    query: pageQuerySchema,
    answers: { 200: { description: 'A page of runs.', schema: replayJobPageSchema } },
    problems: [...replayProblems, 'invalid_request'],
  },
  {
    route: 'POST /v1/replays/{id}/cancel',
    operationId: 'cancelReplay',
    tag: 'Replays',
    scope: 'operate',
    summary: 'End a replay once its reserved jobs are in their queue',
    path,
    body: noBodyAsked,
    answers: { 202: { description: 'It is being cancelled.', schema: replayViewSchema } },
    problems: [...replayProblems, 'replay_over'],
  },
  {
    route: 'POST /v1/jobs/{id}/replay',
    operationId: 'replayJob',
    tag: 'Replays',
    scope: 'operate',
    summary: 'Run one job again, however it ended',
    path: { id: jobIdParameter },
    body: { schema: jobReplaySchema, required: false },
    answers: {
      202: {
        description: 'The new run is in its queue.',
        schema: acceptedJobSchema,
        headers: { Location: 'Path of the job.' },
      },
    },
    problems: [
      ...readJobProblems,
      'job_unfinished',
      'job_already_replayed',
      'patch_breaks_schema',
      'broker_unavailable',
    ],
  },
  {
    route: 'GET /v1/queues/{queue}/dead-letters',
    operationId: 'listDeadLetters',
    tag: 'Replays',
    scope: 'read',
    summary: 'List the dead letters of a queue, newest first',
    path: { queue: z.string().describe('Its name, e.g. `image`.') },
    query: pageQuerySchema,
    answers: { 200: { description: 'A page of dead letters.', schema: deadLetterPageSchema } },
    problems: ['queue_not_found', 'invalid_request', 'broker_unavailable', 'database_unavailable'],
  },
];
