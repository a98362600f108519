import { z } from 'zod';
import { rebuildListSchema, rebuildRequestSchema, rebuildViewSchema } from '../../rest/operations/rebuild.js';
import type { RouteContract } from '../route-contract.js';

const path = { id: z.uuidv7().describe('The id of the rebuild.') };
const rebuild = (description: string) => ({ description, schema: rebuildViewSchema });

export const rebuildRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/rebuilds',
    operationId: 'listRebuilds',
    tag: 'Rebuilds',
    scope: 'read',
    summary: 'List the last rebuilds, newest first',
    answers: { 200: { description: 'The rebuilds.', schema: rebuildListSchema } },
    problems: ['database_unavailable'],
  },
  {
    route: 'POST /v1/rebuilds',
    operationId: 'createRebuild',
    tag: 'Rebuilds',
    scope: 'operate',
    summary: 'Make the status of all jobs again from the log, and swap it in',
    body: {
      schema: rebuildRequestSchema,
      required: false,
      examples: {
        check: { summary: 'Swap only if all rows are equal', value: { why: 'quarterly check' } },
        heal: {
          summary: 'Swap in any case: the log is the truth',
          value: { swap: 'always', why: 'rows were changed by hand' },
        },
      },
    },
    answers: {
      202: { ...rebuild('It has started.'), headers: { Location: 'Path of the rebuild.' } },
    },
    problems: ['invalid_request', 'rebuild_running', 'rebuild_no_room', 'database_unavailable'],
  },
  {
    route: 'GET /v1/rebuilds/{id}',
    operationId: 'readRebuild',
    tag: 'Rebuilds',
    scope: 'read',
    summary: 'Watch a rebuild',
    path,
    answers: { 200: rebuild('Its progress, or how it ended.') },
    problems: ['rebuild_not_found', 'database_unavailable'],
  },
  {
    route: 'POST /v1/rebuilds/{id}/cancel',
    operationId: 'cancelRebuild',
    tag: 'Rebuilds',
    scope: 'operate',
    summary: 'End a rebuild and drop the rows that it has built',
    path,
    answers: { 202: rebuild('It ends within seconds.') },
    problems: ['rebuild_not_found', 'rebuild_finished', 'database_unavailable'],
  },
  {
    route: 'POST /v1/rebuilds/{id}/swap',
    operationId: 'swapRebuild',
    tag: 'Rebuilds',
    scope: 'operate',
    summary: 'Take the generation of a rebuild that failed because it differs from the live one',
    path,
    answers: { 202: rebuild('It continues, and swaps in any case.') },
    problems: ['rebuild_not_found', 'rebuild_not_swappable', 'rebuild_running', 'database_unavailable'],
  },
  {
    route: 'DELETE /v1/rebuilds/{id}/kept',
    operationId: 'dropKeptGeneration',
    tag: 'Rebuilds',
    scope: 'operate',
    summary: 'Drop the generation that an ended rebuild has left beside the live one',
    path,
    answers: { 204: { description: 'Dropped.' } },
    problems: [
      'rebuild_not_found',
      'rebuild_unfinished',
      'schema_in_use',
      'schema_not_ours',
      'database_unavailable',
    ],
  },
];
