import { Controller, Param, Req, Res } from '@nestjs/common';
import type { PayloadOf } from '@jobstream/contracts';
import {
  faultsOf,
  reportRequestSchema,
  taskStatusOf,
  type AcceptedTask,
  type Submission,
} from '@jobstream/contracts/rest';
import { reportGenerate } from '@jobstream/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';
import { ProblemError } from '../http/problem-error.js';
import { Submissions } from '../jobs/submissions.js';
import { Reports } from './reports.js';

@Controller()
export class ReportsController {
  constructor(
    private readonly submissions: Submissions,
    private readonly reports: Reports,
  ) {}

  @Route('POST /reports')
  async request(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<AcceptedTask> {
    const parsed = reportRequestSchema.safeParse(request.body);
    if (!parsed.success) {
      const errors = faultsOf(parsed.error);
      throw new ProblemError('invalid_request', 'Send {"user_id": ..., "report_type": ...}.', { errors });
    }
    const userId = String(parsed.data.user_id);
    const payload: PayloadOf<typeof reportGenerate> = { userId, reportType: parsed.data.report_type };
    const submission: Submission = { type: reportGenerate.type, payload, submittedFor: userId };
    const job = await this.submissions.submit('POST /reports', submission, request);
    reply.header('location', `/reports/${job.id}`);
    return { task_id: job.id, status: taskStatusOf(job.state) };
  }

  @Route('GET /reports/{task_id}')
  async read(@Param('taskId') taskId: string, @Res() reply: FastifyReply): Promise<void> {
    const { jobId, object, body } = await this.reports.open(taskId);
    reply.headers({
      'content-type': object.contentType,
      'content-length': object.bytes,
      'content-disposition': `inline; filename="report-${jobId}.pdf"`,
      etag: `"${object.sha256}"`,
      'cache-control': 'private, no-cache',
    });
    await reply.send(body);
  }
}
