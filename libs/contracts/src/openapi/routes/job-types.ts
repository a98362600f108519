import { z } from 'zod';
import { jobTypeListSchema, jobTypeViewSchema } from '../../rest/jobs/job-type.js';
import type { RouteContract } from '../route-contract.js';

const path = { type: z.string().describe('Its name, e.g. `image.thumbnail`.') };

export const jobTypeRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/job-types',
    operationId: 'listJobTypes',
    tag: 'Job types',
    scope: 'read',
    summary: 'List all job types, by name',
    answers: { 200: { description: 'The job types that can be submitted.', schema: jobTypeListSchema } },
    problems: ['broker_unavailable'],
  },
  {
    route: 'GET /v1/job-types/{type}',
    operationId: 'readJobType',
    tag: 'Job types',
    scope: 'read',
    summary: 'Read a job type: its schemas and rules, an example, who serves it',
    path,
    answers: { 200: { description: 'The definition in force.', schema: jobTypeViewSchema } },
    problems: ['job_type_not_found', 'broker_unavailable'],
  },
  {
    route: 'DELETE /v1/job-types/{type}',
    operationId: 'deleteJobType',
    tag: 'Job types',
    scope: 'operate',
    summary: 'Delete a job type that no worker serves',
    description:
      'It can not be submitted any more. Jobs of it that are accepted stay, and wait for a worker.',
    path,
    answers: { 204: { description: 'The log has the deletion.' } },
    problems: ['job_type_not_found', 'job_type_served', 'broker_unavailable', 'broker_refused'],
  },
];
