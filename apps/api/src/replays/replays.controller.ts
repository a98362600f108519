import { Body, Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import {
  pageQuerySchema,
  type ReplayJobPage,
  type ReplayPage,
  type ReplaySurvey,
  type ReplayView,
} from '@jobstream/contracts/rest';
import { Replays } from '@jobstream/replay';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { noBody, readBody } from '../http/body.js';
import { readQuery } from '../http/query.js';

@Controller('v1/replays')
export class ReplaysController {
  constructor(private readonly replays: Replays) {}

  @Post()
  @Access('operate')
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

  @Get()
  @Access('read')
  list(@Query() query: unknown): Promise<ReplayPage> {
    return this.replays.list(readQuery(pageQuerySchema, query));
  }

  @Get(':id')
  @Access('read')
  read(@Param('id') id: string): Promise<ReplayView> {
    return this.replays.read(id);
  }

  @Get(':id/jobs')
  @Access('read')
  listJobs(@Param('id') id: string, @Query() query: unknown): Promise<ReplayJobPage> {
    return this.replays.listJobs(id, readQuery(pageQuerySchema, query));
  }

  @Post(':id/cancel')
  @Access('operate')
  @HttpCode(202)
  cancel(@Param('id') id: string, @Body() body: unknown): Promise<ReplayView> {
    readBody(noBody, body);
    return this.replays.cancel(id);
  }
}
