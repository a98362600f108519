import { Controller, Param, Query, Res } from '@nestjs/common';
import {
  topicListQuerySchema,
  topicRecordsQuerySchema,
  type TopicPage,
  type TopicRecordsPage,
} from '@jobstream/contracts/rest';
import { TopicList, TopicRecords } from '@jobstream/status';
import type { FastifyReply } from 'fastify';
import { readQuery } from '../http/query.js';
import { Route } from '../http/route.js';
import { OpenRequests } from '../live/open-requests.js';

@Controller()
export class TopicsController {
  constructor(
    private readonly topics: TopicList,
    private readonly records: TopicRecords,
    private readonly openRequests: OpenRequests,
  ) {}

  @Route('GET /v1/topics')
  list(@Query() query: unknown): Promise<TopicPage> {
    return this.topics.page(readQuery(topicListQuerySchema, query));
  }

  @Route('GET /v1/topics/{topic}/records')
  readRecords(
    @Param('topic') topic: string,
    @Query() query: unknown,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<TopicRecordsPage> {
    const wish = readQuery(topicRecordsQuerySchema, query);
    return this.records.page(topic, wish, this.openRequests.signalOf(reply));
  }
}
