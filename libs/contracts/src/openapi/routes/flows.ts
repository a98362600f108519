import { z } from 'zod';
import {
  flowListQuerySchema,
  flowPageSchema,
  flowRequestSchema,
  flowSummarySchema,
  flowViewSchema,
} from '../../rest/flows/flow.js';
import { noBodyAsked, submitHeaders } from '../parameters.js';
import { submitProblems } from '../problem-groups.js';
import type { RouteContract } from '../route-contract.js';

const path = { id: z.uuidv7().describe('The id of the flow.') };
const flowProblems = ['invalid_flow_id', 'flow_not_found', 'database_unavailable'] as const;

/** The routes of flows: jobs that wait for each other. */
export const flowRoutes: readonly RouteContract[] = [
  {
    route: 'POST /v1/flows',
    operationId: 'submitFlow',
    tag: 'Flows',
    scope: 'submit',
    summary: 'Submit jobs that wait for each other',
    description:
      'At most 10,000 jobs, 50,000 waits and 32 MiB. The flow is accepted as a whole or not at all. A job starts once all jobs in its `after` are final.',
    headers: submitHeaders,
    body: {
      schema: flowRequestSchema,
      examples: {
        chain: {
          summary: 'One after another, with the result of the first',
          value: {
            jobs: [
              { name: 'first', type: 'probe.run', payload: { note: 'one' } },
              { name: 'second', type: 'probe.run', payload: { note: { $result: 'first.note' } } },
            ],
          },
        },
        fanIn: {
          summary: 'Two side by side, then one that is told how they ended',
          value: {
            jobs: [
              { name: 'left', type: 'probe.run', payload: {} },
              { name: 'right', type: 'probe.run', payload: {} },
              { name: 'last', type: 'probe.run', payload: {}, after: ['left', 'right'] },
            ],
            onFailure: 'continue',
          },
        },
      },
    },
    answers: {
      202: {
        description: 'The flow is stored and will run.',
        schema: flowSummarySchema,
        headers: { Location: 'Path of the flow.' },
      },
    },
    problems: [...submitProblems, 'invalid_flow'],
  },
  {
    route: 'GET /v1/flows',
    operationId: 'listFlows',
    tag: 'Flows',
    scope: 'read',
    summary: 'List flows, newest first',
    query: flowListQuerySchema,
    answers: { 200: { description: 'A page of flows.', schema: flowPageSchema } },
    problems: ['invalid_request', 'database_unavailable'],
  },
  {
    route: 'GET /v1/flows/{id}',
    operationId: 'readFlow',
    tag: 'Flows',
    scope: 'read',
    summary: 'Read a flow with its jobs',
    path,
    answers: { 200: { description: 'The flow as it is now.', schema: flowViewSchema } },
    problems: flowProblems,
  },
  {
    route: 'POST /v1/flows/{id}/cancel',
    operationId: 'cancelFlow',
    tag: 'Flows',
    scope: 'operate',
    summary: 'Cancel a flow, all of it',
    description:
      'Jobs that wait do not start, jobs that have started are cancelled as by `POST /v1/jobs/{id}/cancel`. It may be repeated.',
    path,
    body: noBodyAsked,
    answers: { 202: { description: 'It is being cancelled.', schema: flowSummarySchema } },
    problems: [...flowProblems, 'flow_over', 'broker_unavailable'],
  },
  {
    route: 'POST /v1/flows/{id}/replay',
    operationId: 'replayFlow',
    tag: 'Flows',
    scope: 'operate',
    summary: 'Run a flow again from where it failed',
    description: 'Jobs that succeeded stay. All others start again, as the next run where they had one.',
    path,
    body: noBodyAsked,
    answers: { 202: { description: 'It runs again.', schema: flowSummarySchema } },
    problems: [...flowProblems, 'flow_unfinished', 'flow_succeeded'],
  },
];
