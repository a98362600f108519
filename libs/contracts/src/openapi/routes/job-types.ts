import { z } from 'zod';
import { jobTypeListSchema, jobTypeViewSchema } from '../../rest/jobs/job-type.js';
import {
  endpointTypeSchema,
  newSecretSchema,
  putJobTypeSchema,
  rotateSecretSchema,
} from '../../rest/jobs/endpoint-type.js';
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
    route: 'PUT /v1/job-types/{type}',
    operationId: 'putJobType',
    tag: 'Job types',
    scope: 'operate',
    summary: 'Create or replace a job type that an HTTP endpoint serves',
    description:
      'Its jobs are sent to the endpoint by POST, signed. The answer that makes the type shows the secret, once. See `docs/endpoints.md`.',
    path,
    body: {
      schema: endpointTypeSchema,
      examples: {
        invoice: {
          summary: 'Invoices that a service in another language sends',
          value: {
            endpoint: { url: 'https://billing.example.com/jobs/invoice', timeout: '30s', maxInFlight: 20 },
            queue: { name: 'invoices' },
            payload: {
              type: 'object',
              properties: { id: { type: 'string' } },
              required: ['id'],
              additionalProperties: false,
            },
            result: { type: 'object', properties: { pages: { type: 'integer' } } },
            retries: 3,
            backoff: ['10s', '1m', '10m'],
          },
        },
      },
    },
    answers: { 200: { description: 'The definition, which is in force.', schema: putJobTypeSchema } },
    problems: [
      'invalid_job_type',
      'invalid_request',
      'job_type_taken',
      'broker_unavailable',
      'broker_refused',
      'database_unavailable',
    ],
  },
  {
    route: 'POST /v1/job-types/{type}/secret',
    operationId: 'rotateSecret',
    tag: 'Job types',
    scope: 'operate',
    summary: 'Make a new secret for the endpoint of a job type',
    description:
      'For a while both secrets sign, so that the endpoint can change over. The secret before is not shown again.',
    path,
    body: { schema: rotateSecretSchema, required: false },
    answers: { 200: { description: 'The new secret, shown once.', schema: newSecretSchema } },
    problems: [
      'job_type_not_found',
      'job_type_taken',
      'job_type_without_endpoint',
      'broker_unavailable',
      'database_unavailable',
    ],
  },
  {
    route: 'DELETE /v1/job-types/{type}',
    operationId: 'deleteJobType',
    tag: 'Job types',
    scope: 'operate',
    summary: 'Delete a job type that no worker serves',
    description:
      'It can not be submitted any more. Jobs of it that are accepted stay, and wait for a worker. A type with an endpoint can be deleted at any time, with a key of its owner or of the scope `admin`; jobs of it that wait become dead letters (`unknown_type`) while another endpoint serves the queue.',
    path,
    answers: { 204: { description: 'The log has the deletion.' } },
    problems: [
      'job_type_not_found',
      'job_type_taken',
      'job_type_served',
      'broker_unavailable',
      'broker_refused',
      'database_unavailable',
    ],
  },
];
