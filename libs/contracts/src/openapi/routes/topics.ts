import { z } from 'zod';
import {
  topicListQuerySchema,
  topicPageSchema,
  topicRecordsQuerySchema,
  topicRecordsSchema,
} from '../../rest/operations/topic-view.js';
import type { RouteContract } from '../route-contract.js';

export const topicRoutes: readonly RouteContract[] = [
  {
    route: 'GET /v1/topics',
    operationId: 'listTopics',
    tag: 'Topics',
    scope: 'read',
    summary: 'List the topics of the platform, by name',
    description: 'Only those of its own namespace. Answers are up to two seconds old.',
    query: topicListQuerySchema,
    answers: { 200: { description: 'A page of topics.', schema: topicPageSchema } },
    problems: ['invalid_request', 'broker_unavailable'],
  },
  {
    route: 'GET /v1/topics/{topic}/records',
    operationId: 'readRecords',
    tag: 'Topics',
    scope: 'operate',
    summary: 'Read records of a topic, by offset or by time',
    description:
      'Records as the log has them: stack traces of errors, orders and what was set aside byte for byte are among them, which no other route shows. A page ends after `limit` records, about 2 MiB or 2 s; `next` goes on.',
    path: { topic: z.string().describe('Its whole name, e.g. `jobs.image`.') },
    query: topicRecordsQuerySchema,
    answers: { 200: { description: 'A page of records, in their order.', schema: topicRecordsSchema } },
    problems: [
      'topic_not_found',
      'offsets_outside_log',
      'invalid_request',
      'broker_unavailable',
      'too_many_open',
      'open_share_used_up',
    ],
  },
];
