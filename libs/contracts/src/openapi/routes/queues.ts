import { z } from 'zod';
import { queueLimitsSchema } from '../../queue-limits.js';
import {
  limitsUsageSchema,
  queueListSchema,
  queueOrderAnswerSchema,
  queueViewSchema,
} from '../../rest/operations/queue-view.js';
import { noBodyAsked } from '../parameters.js';
import type { RouteAnswer, RouteContract } from '../route-contract.js';

const path = { queue: z.string().describe('Its name, e.g. `image`.') };

const ordered: RouteAnswer = { description: 'The log has the order.', schema: queueOrderAnswerSchema };
const orderProblems = ['queue_not_found', 'broker_unavailable', 'broker_refused'] as const;

export const queueRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/queues',
    operationId: 'listQueues',
    tag: 'Queues',
    scope: 'read',
    summary: 'List all queues, by name',
    answers: { 200: { description: 'The queues.', schema: queueListSchema } },
    problems: ['broker_unavailable'],
  },
  {
    route: 'GET /v1/live',
    operationId: 'watchQueues',
    tag: 'Queues',
    scope: 'read',
    summary: 'Watch all queues as server-sent events',
    description: [
      'It has no end. Events, each with JSON as its data:',
      '- `past`: what the queues had done at times of the last 15 minutes, as far as somebody watched; comes first.',
      '- `frame`: all queues, once a second: what each has done so far (`totals`, of which two frames tell how fast it goes), its backlog, its workers, what holds it; and how many records the status is behind the log.',
      '- `trouble`: why there is no frame now: `code` and `detail`.',
    ].join('\n'),
    answers: { 200: { description: 'The events.', contentType: 'text/event-stream' } },
    problems: ['too_many_open', 'open_share_used_up'],
  },
  {
    route: 'GET /v1/queues/{queue}',
    operationId: 'readQueue',
    tag: 'Queues',
    scope: 'read',
    summary: 'Read a queue: lag by lane and partition, workers, the oldest waiting job',
    path,
    answers: { 200: { description: 'The queue as it is.', schema: queueViewSchema } },
    problems: ['queue_not_found', 'broker_unavailable'],
  },
  {
    route: 'POST /v1/queues/{queue}/pause',
    operationId: 'pauseQueue',
    tag: 'Queues',
    scope: 'operate',
    summary: 'Pause a queue: its workers start no jobs; running jobs finish',
    path,
    body: noBodyAsked,
    answers: { 202: ordered },
    problems: orderProblems,
  },
  {
    route: 'POST /v1/queues/{queue}/resume',
    operationId: 'resumeQueue',
    tag: 'Queues',
    scope: 'operate',
    summary: 'Resume a paused queue',
    path,
    body: noBodyAsked,
    answers: { 202: ordered },
    problems: orderProblems,
  },
  {
    route: 'GET /v1/queues/{queue}/limits/usage',
    operationId: 'readLimitsUsage',
    tag: 'Queues',
    scope: 'read',
    summary: 'Who uses up the limits of a queue: permits, jobs, keys',
    path,
    answers: { 200: { description: 'The limits in use now.', schema: limitsUsageSchema } },
    problems: ['queue_not_found', 'broker_unavailable', 'database_unavailable'],
  },
  {
    route: 'PUT /v1/queues/{queue}/limits',
    operationId: 'limitQueue',
    tag: 'Queues',
    scope: 'operate',
    summary: 'Limit how many jobs of a queue start in a time or run at once, all workers together',
    description: "These replace all limits of the queue's definition; `{}` removes every limit.",
    path,
    body: {
      schema: queueLimitsSchema,
      examples: {
        rate: { summary: 'Fifty a second, four at once', value: { rate: '50/s', concurrency: 4 } },
        perKey: {
          summary: 'One at a time for each customer',
          value: { perKey: { field: 'customer', concurrency: 1 } },
        },
      },
    },
    answers: { 202: ordered },
    problems: orderProblems,
  },
  {
    route: 'DELETE /v1/queues/{queue}/limits',
    operationId: 'takeQueueLimitsBack',
    tag: 'Queues',
    scope: 'operate',
    summary: "Remove ordered limits: the limits of the queue's definition hold again",
    path,
    answers: { 202: ordered },
    problems: orderProblems,
  },
];
