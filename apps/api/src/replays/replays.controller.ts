import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  pageQuerySchema,
  type ReplayJobPage,
  type ReplayPage,
  type ReplaySurvey,
  type ReplayView,
} from '@jobstream/contracts';
import { Replays } from '@jobstream/replay';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { readQuery } from '../http/query.js';

@Controller('v1/replays')
export class ReplaysController {
  constructor(private readonly replays: Replays) {}

  @Post()
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<ReplaySurvey | ReplayView> {
    const made = await this.replays.create(request.body, null);
    const isReplay = 'links' in made;
    reply.code(isReplay ? 202 : 200);
    if (isReplay) reply.header('location', made.links.self);
    return made;
  }

  @Get()
  list(@Query() query: unknown): Promise<ReplayPage> {
    return this.replays.list(readQuery(pageQuerySchema, query));
  }

  @Get(':id')
  read(@Param('id') id: string): Promise<ReplayView> {
    return this.replays.read(id);
  }

  @Get(':id/jobs')
  listJobs(@Param('id') id: string, @Query() query: unknown): Promise<ReplayJobPage> {
    return this.replays.listJobs(id, readQuery(pageQuerySchema, query));
  }

  @Post(':id/cancel')
  @HttpCode(202)
  cancel(@Param('id') id: string): Promise<ReplayView> {
    return this.replays.cancel(id);
  }
}
