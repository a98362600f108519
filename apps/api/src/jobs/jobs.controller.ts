import { Controller, Get, HttpCode, Param, Post, Query, Req, Res } from '@nestjs/common';
import { RouteConfig } from '@nestjs/platform-fastify';
import {
  faultsOf,
  jobListQuerySchema,
  maxBatchBytes,
  type AcceptedJob,
  type BatchAnswer,
  type JobHistory,
  type JobPage,
  type JobView,
} from '@jobstream/contracts';
import { JobQueries } from '@jobstream/projection';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { ProblemError } from '../http/problem-error.js';
import { JobReader } from './job-reader.js';
import { Submissions } from './submissions.js';
import { viewOfRow } from './job-view.js';

@Controller('v1/jobs')
export class JobsController {
  constructor(
    private readonly submissions: Submissions,
    private readonly reader: JobReader,
    private readonly queries: JobQueries,
  ) {}

  @Post()
  @HttpCode(202)
  async submit(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedJob> {
    const job = await this.submissions.submit('POST /v1/jobs', request.body, request.headers);
    reply.header('location', job.links.self);
    return job;
  }

  @Post('batch')
  @HttpCode(202)
  @RouteConfig({ bodyLimit: maxBatchBytes })
  submitBatch(@Req() request: FastifyRequest): Promise<BatchAnswer> {
    return this.submissions.submitBatch('POST /v1/jobs/batch', request.body, request.headers);
  }

  @Get()
  async list(@Query() query: unknown): Promise<JobPage> {
    const parsed = jobListQuerySchema.safeParse(query);
    if (!parsed.success) {
      const errors = faultsOf(parsed.error);
      throw new ProblemError('invalid_request', 'The query has faults.', { errors });
    }
    const { items, next } = await this.queries.list(parsed.data);
    return { items: items.map(viewOfRow), next };
  }

  @Get(':id')
  read(@Param('id') id: string): Promise<JobView> {
    return this.reader.read(id);
  }

  @Get(':id/history')
  history(@Param('id') id: string): Promise<JobHistory> {
    return this.reader.readHistory(id);
  }
}
