import { Controller, Req, Res } from '@nestjs/common';
import type { PayloadOf } from '@jobstream/contracts';
import { faultsOf, signUpSchema, type SignedUp, type Submission } from '@jobstream/contracts/rest';
import { notificationEmail } from '@jobstream/jobs';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { Route } from '../http/route.js';
import { ProblemError } from '../http/problem-error.js';
import { Submissions } from '../jobs/submissions.js';

@Controller()
export class SignUpController {
  constructor(private readonly submissions: Submissions) {}

  /** Answers once the welcome is accepted as a job: the mail server has no part in it. */
  @Route('POST /signup')
  async signUp(
    @Req() request: FastifyRequest,
    @Res({ passthrough: true }) reply: FastifyReply,
  ): Promise<SignedUp> {
    const parsed = signUpSchema.safeParse(request.body);
    if (!parsed.success) {
      const errors = faultsOf(parsed.error);
      throw new ProblemError('invalid_request', 'Send {"email": "ada@example.com"}.', { errors });
    }
    const { email, name } = parsed.data;
    const data = name === undefined ? {} : { name };
    const payload: PayloadOf<typeof notificationEmail> = { to: email, template: 'welcome', data };
    const submission: Submission = { type: notificationEmail.type, payload, submittedFor: email };
    const job = await this.submissions.submit('POST /signup', submission, request);
    reply.header('location', `/tasks/${job.id}`);
    return { email, task_id: job.id };
  }
}
