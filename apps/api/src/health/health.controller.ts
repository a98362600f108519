import { Controller, Get, Req, Res } from '@nestjs/common';
import {
  HealthRegistry,
  instanceHeaders,
  summarize,
  type HealthReport,
  type HealthSummary,
} from '@jobstream/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { Access } from '../access/access.js';

@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthRegistry,
    private readonly metrics: Registry,
  ) {}

  @Get('health/live')
  @Access('open')
  live(): { live: true } {
    return { live: true };
  }

  @Get('health/ready')
  @Access('open', { more: 'read' })
  async ready(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HealthReport | HealthSummary> {
    const report = await this.health.report();
    if (!report.ready) reply.code(503);
    reply.headers(instanceHeaders(this.health));
    return request.mayHearMore ? report : summarize(report);
  }

  @Get('metrics')
  @Access('read')
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.metrics();
  }
}
