import { Body, Controller, Delete, Get, HttpCode, Param, Post, Req, Res } from '@nestjs/common';
import type { RebuildList, RebuildView } from '@jobstream/contracts/rest';
import { Rebuilds } from '@jobstream/projection';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';
import { noBody, readBody } from '../http/body.js';

@Controller('v1/rebuilds')
export class RebuildsController {
  constructor(private readonly rebuilds: Rebuilds) {}

  @Get()
  @Access('read')
  list(): Promise<RebuildList> {
    return this.rebuilds.list();
  }

  @Post()
  @Access('operate')
  @HttpCode(202)
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RebuildView> {
    const rebuild = await this.rebuilds.create(request.body);
    reply.header('location', rebuild.links.self);
    return rebuild;
  }

  @Get(':id')
  @Access('read')
  read(@Param('id') id: string): Promise<RebuildView> {
    return this.rebuilds.read(id);
  }

  @Post(':id/cancel')
  @Access('operate')
  @HttpCode(202)
  cancel(@Param('id') id: string, @Body() body: unknown): Promise<RebuildView> {
    readBody(noBody, body);
    return this.rebuilds.cancel(id);
  }

  @Post(':id/swap')
  @Access('operate')
  @HttpCode(202)
  swap(@Param('id') id: string, @Body() body: unknown): Promise<RebuildView> {
    readBody(noBody, body);
    return this.rebuilds.swap(id);
  }

  @Delete(':id/kept')
  @Access('operate')
  @HttpCode(204)
  dropKept(@Param('id') id: string): Promise<void> {
    return this.rebuilds.dropKept(id);
  }
}
