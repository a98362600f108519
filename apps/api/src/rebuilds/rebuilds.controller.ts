import { Body, Controller, Param, Req, Res } from '@nestjs/common';
import type { RebuildList, RebuildView } from '@jobstream/contracts/rest';
import { Rebuilds } from '@jobstream/projection';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';
import { noBody, readBody } from '../http/body.js';

@Controller()
export class RebuildsController {
  constructor(private readonly rebuilds: Rebuilds) {}

  @Route('GET /v1/rebuilds')
  list(): Promise<RebuildList> {
    return this.rebuilds.list();
  }

  @Route('POST /v1/rebuilds')
  async create(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<RebuildView> {
    const rebuild = await this.rebuilds.create(request.body);
    reply.header('location', rebuild.links.self);
    return rebuild;
  }

  @Route('GET /v1/rebuilds/{id}')
  read(@Param('id') id: string): Promise<RebuildView> {
    return this.rebuilds.read(id);
  }

  @Route('POST /v1/rebuilds/{id}/cancel')
  cancel(@Param('id') id: string, @Body() body: unknown): Promise<RebuildView> {
    readBody(noBody, body);
    return this.rebuilds.cancel(id);
  }

  @Route('POST /v1/rebuilds/{id}/swap')
  swap(@Param('id') id: string, @Body() body: unknown): Promise<RebuildView> {
    readBody(noBody, body);
    return this.rebuilds.swap(id);
  }

  @Route('DELETE /v1/rebuilds/{id}/kept')
  dropKept(@Param('id') id: string): Promise<void> {
    return this.rebuilds.dropKept(id);
  }
}
