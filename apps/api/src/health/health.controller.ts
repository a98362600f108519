import { Controller, Req, Res } from '@nestjs/common';
import {
  HealthRegistry,
  instanceHeaders,
  summarize,
  type HealthReport,
  type HealthSummary,
} from '@jobstream/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Registry } from 'prom-client';
import { Route } from '../http/route.js';

@Controller()
export class HealthController {
  constructor(
    private readonly health: HealthRegistry,
    private readonly metrics: Registry,
  ) {}

  @Route('GET /health/live')
  live(): { live: true } {
    return { live: true };
  }

  @Route('GET /health/ready')
  async ready(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<HealthReport | HealthSummary> {
    const report = await this.health.report();
    if (!report.ready) reply.code(503);
    reply.headers(instanceHeaders(this.health));
    return request.mayHearMore ? report : summarize(report);
  }

  @Route('GET /metrics')
  async read(@Res({ passthrough: true }) reply: FastifyReply): Promise<string> {
    reply.header('content-type', this.metrics.contentType);
    return this.metrics.metrics();
  }
}
