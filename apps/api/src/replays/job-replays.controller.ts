import { Controller, Param, Req, Res } from '@nestjs/common';
import type { AcceptedJob } from '@jobstream/contracts/rest';
import { Replays } from '@jobstream/replay';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';

@Controller()
export class JobReplaysController {
  constructor(private readonly replays: Replays) {}

  @Route('POST /v1/jobs/{id}/replay')
  async replay(
    @Param('id') id: string,
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedJob> {
    const job = await this.replays.replayJob(id, request.body, request.caller?.owner ?? null);
    reply.header('location', job.links.self);
    return job;
  }
}
