import { Controller, Param, Req, Res } from '@nestjs/common';
import type { AcceptedJob, ScheduleList, SchedulePreview, ScheduleView } from '@jobstream/contracts/rest';
import { Schedules } from '@jobstream/scheduling';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';

@Controller()
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  @Route('GET /v1/schedules')
  list(): Promise<ScheduleList> {
    return this.schedules.list();
  }

  @Route('POST /v1/schedules/preview')
  preview(@Req() request: FastifyRequest): Promise<SchedulePreview> {
    return this.schedules.preview(request.body);
  }

  @Route('GET /v1/schedules/{name}')
  read(@Param('name') name: string): Promise<ScheduleView> {
    return this.schedules.read(name);
  }

  @Route('PUT /v1/schedules/{name}')
  put(@Param('name') name: string, @Req() request: FastifyRequest): Promise<ScheduleView> {
    return this.schedules.put(name, request.body);
  }

  @Route('DELETE /v1/schedules/{name}')
  delete(@Param('name') name: string): Promise<void> {
    return this.schedules.delete(name);
  }

  @Route('POST /v1/schedules/{name}/fire')
  async fire(
    @Param('name') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedJob> {
    const job = await this.schedules.fire(name);
    reply.header('location', job.links.self);
    return job;
  }
}
