import {
  errorGroupDetailSchema,
  errorGroupIdSchema,
  errorGroupPageSchema,
  errorGroupPatchSchema,
  errorGroupQuerySchema,
} from '../../rest/operations/error-group.js';
import type { RouteContract } from '../route-contract.js';

const path = { id: errorGroupIdSchema.describe('The id of an error group.') };
const groupProblems = ['invalid_error_group_id', 'error_group_not_found', 'database_unavailable'] as const;

export const errorGroupRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/error-groups',
    operationId: 'listErrorGroups',
    tag: 'Errors',
    scope: 'read',
    summary: 'List the groups of errors, those that failed last first',
    description:
      'Failures with the same type, code, shape of the message and first own frame of the stack. A failure is an attempt that failed and is tried again, or a dead letter. A group that fails while its list is paged may come twice or not at all.',
    query: errorGroupQuerySchema,
    answers: { 200: { description: 'A page of groups.', schema: errorGroupPageSchema } },
    problems: ['invalid_request', 'database_unavailable'],
  },
  {
    route: 'GET /v1/error-groups/{id}',
    operationId: 'readErrorGroup',
    tag: 'Errors',
    scope: 'read',
    summary: 'Read a group of errors, with the stack of its latest failure',
    path,
    answers: { 200: { description: 'The group.', schema: errorGroupDetailSchema } },
    problems: groupProblems,
  },
  {
    route: 'PATCH /v1/error-groups/{id}',
    operationId: 'markErrorGroup',
    tag: 'Errors',
    scope: 'operate',
    summary: 'Mute a group of errors, or take a note of it',
    description:
      'Muting hides a group from the overview of the console; it is counted on. What is not given stays.',
    path,
    body: {
      schema: errorGroupPatchSchema,
      examples: {
        mute: {
          summary: 'Until a time, and why',
          value: { muted: '2026-12-01T06:00:00Z', note: 'Fixed in 4.2' },
        },
      },
    },
    answers: { 200: { description: 'The group as it is now.', schema: errorGroupDetailSchema } },
    problems: [...groupProblems, 'invalid_request'],
  },
];
