import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import {
  orderListQuerySchema,
  pageQuerySchema,
  type ReplayJobPage,
  type ReplayPage,
  type ReplaySurvey,
  type ReplayView,
} from '@jobstream/contracts/rest';
import { Replays } from '@jobstream/replay';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';
import { noBody, readBody } from '../http/body.js';
import { readQuery } from '../http/query.js';

@Controller()
export class ReplaysController {
  constructor(private readonly replays: Replays) {}

  @Route('POST /v1/replays')
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplaySurvey | ReplayView> {
    const made = await this.replays.create(request.body, request.caller?.owner ?? null);
    const isReplay = 'links' in made;
    reply.code(isReplay ? 202 : 200);
    if (isReplay) reply.header('location', made.links.self);
    return made;
  }

  @Route('GET /v1/replays')
  list(@Query() query: unknown): Promise<ReplayPage> {
    return this.replays.list(readQuery(orderListQuerySchema, query));
  }

  @Route('GET /v1/replays/{id}')
  read(@Param('id') id: string): Promise<ReplayView> {
    return this.replays.read(id);
  }

  @Route('GET /v1/replays/{id}/jobs')
  listJobs(@Param('id') id: string, @Query() query: unknown): Promise<ReplayJobPage> {
    return this.replays.listJobs(id, readQuery(pageQuerySchema, query));
  }

  @Route('POST /v1/replays/{id}/cancel')
  cancel(@Param('id') id: string, @Body() body: unknown): Promise<ReplayView> {
    readBody(noBody, body);
    return this.replays.cancel(id);
  }
}
