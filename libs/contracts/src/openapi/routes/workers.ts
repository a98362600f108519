import { workerListSchema, workerQuerySchema } from '../../rest/operations/worker-view.js';
import type { RouteContract } from '../route-contract.js';

export const workerRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/workers',
    operationId: 'listWorkers',
    tag: 'Queues',
    scope: 'read',
    summary: 'List the worker processes: what they serve, what they run, and when they told so',
    description:
      'Each process tells of itself every 5 s. A process that ends in order is not listed any more. At most 1,000 are.',
    query: workerQuerySchema,
    answers: { 200: { description: 'The workers.', schema: workerListSchema } },
    problems: ['broker_unavailable', 'invalid_request'],
  },
];
