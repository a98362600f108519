import { z } from 'zod';
import {
  actionPageSchema,
  actionRequestSchema,
  actionSurveySchema,
  actionViewSchema,
} from '../../rest/operations/action.js';
import { orderListQuerySchema } from '../../rest/operations/replay.js';
import { noBodyAsked } from '../parameters.js';
import type { RouteContract } from '../route-contract.js';

const path = { id: z.uuidv7().describe('The id of the action.') };
const actionProblems = ['invalid_action_id', 'action_not_found', 'database_unavailable'] as const;

export const actionRoutes: readonly RouteContract[] = [
  {
    route: 'POST /v1/actions',
    operationId: 'createAction',
    tag: 'Actions',
    scope: 'operate',
    summary: 'Cancel all jobs that meet a filter, or run them again',
    description:
      'It means the jobs that are there when it is asked for. A dry run counts and changes nothing; otherwise a scheduler runs the action, and it is watched under its id.',
    body: {
      schema: actionRequestSchema,
      examples: {
        count: {
          summary: 'Count what waits, and change nothing',
          value: { action: 'cancel', q: 'queue:probe state:queued', dryRun: true },
        },
        replay: {
          summary: 'Run again what failed for one reason in two hours',
          value: {
            action: 'replay',
            q: 'error:download_failed since:2h',
            why: 'the storage is back',
          },
        },
      },
    },
    answers: {
      200: { description: 'The counts of a dry run.', schema: actionSurveySchema },
      202: {
        description: 'The action is stored and will run.',
        schema: actionViewSchema,
        headers: { Location: 'Path of the action.' },
      },
    },
    problems: [
      'nothing_to_do',
      'patch_breaks_schema',
      'broker_unavailable',
      'database_unavailable',
      'projection_behind',
    ],
  },
  {
    route: 'GET /v1/actions',
    operationId: 'listActions',
    tag: 'Actions',
    scope: 'read',
    summary: 'List actions, newest first',
    query: orderListQuerySchema,
    answers: { 200: { description: 'A page of actions.', schema: actionPageSchema } },
    problems: ['invalid_request', 'database_unavailable'],
  },
  {
    route: 'GET /v1/actions/{id}',
    operationId: 'readAction',
    tag: 'Actions',
    scope: 'read',
    summary: 'Watch an action',
    path,
    answers: { 200: { description: 'The action as it is now.', schema: actionViewSchema } },
    problems: actionProblems,
  },
  {
    route: 'POST /v1/actions/{id}/cancel',
    operationId: 'cancelAction',
    tag: 'Actions',
    scope: 'operate',
    summary: 'End an action; what it has changed stays changed',
    path,
    body: noBodyAsked,
    answers: { 202: { description: 'It is being cancelled.', schema: actionViewSchema } },
    problems: [...actionProblems, 'action_over'],
  },
];
