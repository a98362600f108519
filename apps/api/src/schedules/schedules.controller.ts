import { Controller, Delete, Get, HttpCode, Param, Post, Put, Req, Res } from '@nestjs/common';
import type { AcceptedJob, ScheduleList, ScheduleView } from '@jobstream/contracts/rest';
import { Schedules } from '@jobstream/scheduling';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Access } from '../access/access.js';

@Controller('v1/schedules')
export class SchedulesController {
  constructor(private readonly schedules: Schedules) {}

  @Get()
  @Access('read')
  list(): Promise<ScheduleList> {
    return this.schedules.list();
  }

  @Get(':name')
  @Access('read')
  read(@Param('name') name: string): Promise<ScheduleView> {
    return this.schedules.read(name);
  }

  @Put(':name')
  @Access('operate')
  put(@Param('name') name: string, @Req() request: FastifyRequest): Promise<ScheduleView> {
    return this.schedules.put(name, request.body);
  }

  @Delete(':name')
  @Access('operate')
  @HttpCode(204)
  delete(@Param('name') name: string): Promise<void> {
    return this.schedules.delete(name);
  }

  @Post(':name/fire')
  @Access('operate')
  @HttpCode(202)
  async fire(
    @Param('name') name: string,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedJob> {
    const job = await this.schedules.fire(name);
    reply.header('location', job.links.self);
    return job;
  }
}
