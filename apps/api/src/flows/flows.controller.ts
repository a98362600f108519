import { Body, Controller, Param, Query, Req, Res } from '@nestjs/common';
import { maxBatchBytes } from '@jobstream/contracts';
import {
  flowListQuerySchema,
  type FlowPage,
  type FlowSummary,
  type FlowView,
} from '@jobstream/contracts/rest';
import { Flows } from '@jobstream/flows';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { noBody, readBody } from '../http/body.js';
import { readQuery } from '../http/query.js';
import { Route } from '../http/route.js';
import { JobCancels } from '../jobs/job-cancels.js';
import { Submissions } from '../jobs/submissions.js';

@Controller()
export class FlowsController {
  constructor(
    private readonly submissions: Submissions,
    private readonly flows: Flows,
    private readonly cancels: JobCancels,
  ) {}

  @Route('POST /v1/flows', { bodyLimit: maxBatchBytes })
  async submit(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<FlowSummary> {
    const flow = await this.submissions.submitFlow('POST /v1/flows', request.body, request);
    reply.header('location', flow.links.self);
    return flow;
  }

  @Route('GET /v1/flows')
  list(@Query() query: unknown): Promise<FlowPage> {
    return this.flows.list(readQuery(flowListQuerySchema, query));
  }

  @Route('GET /v1/flows/{id}')
  read(@Param('id') id: string): Promise<FlowView> {
    return this.flows.read(id);
  }

  @Route('POST /v1/flows/{id}/cancel')
  cancel(@Param('id') id: string, @Body() body: unknown): Promise<FlowSummary> {
    readBody(noBody, body);
    return this.flows.cancel(id, (jobs) => this.cancels.cancelRuns(jobs));
  }

  @Route('POST /v1/flows/{id}/replay')
  replay(@Param('id') id: string, @Body() body: unknown): Promise<FlowSummary> {
    readBody(noBody, body);
    return this.flows.replay(id);
  }
}
