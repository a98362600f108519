import type { IncomingHttpHeaders } from 'node:http';
import { newJobId, type AcceptedJob, type BatchAnswer, type JobId } from '@jobstream/contracts';
import type { AllowedHosts } from '@jobstream/downloads';
import {
  checkBatch,
  IntakeError,
  isTraceparent,
  readIdempotencyKey,
  type IdempotencyKeys,
  type JobIntake,
  type RequestMarks,
} from '@jobstream/intake';
import type { Counter } from 'prom-client';
import { checkUrls } from './url-check.js';

/** What {@link Submissions} is made of. */
export interface SubmissionParts {
  readonly intake: JobIntake;
  readonly keys: IdempotencyKeys;
  /** Hosts that jobs may name although they are not public. */
  readonly allowedHosts: AllowedHosts;
  /** Counts accepted jobs. */
  readonly accepted: Counter;
}

/** Submits what requests bring, with the trace and the Idempotency-Key in their headers. */
export class Submissions {
  constructor(private readonly parts: SubmissionParts) {}

  /**
   * @param route method and path as documented: what an Idempotency-Key is unique within
   * @throws IntakeError
   */
  submit(route: string, submission: unknown, headers: IncomingHttpHeaders): Promise<AcceptedJob> {
    const { intake, allowedHosts, accepted } = this.parts;
    const job = checkUrls(intake.check(submission), allowedHosts);
    if (job instanceof IntakeError) throw job;
    return this.once(route, submission, headers, async (id, marks) => {
      const answer = await intake.accept(job, id, marks);
      accepted.inc();
      return answer;
    });
  }

  /** @throws IntakeError */
  submitBatch(route: string, batch: unknown, headers: IncomingHttpHeaders): Promise<BatchAnswer> {
    const { intake, allowedHosts, accepted } = this.parts;
    const items = checkBatch(batch).map((item) =>
      item instanceof IntakeError ? item : checkUrls(item, allowedHosts),
    );
    return this.once(route, batch, headers, async (seed, marks) => {
      const answer = await intake.acceptBatch(items, seed, marks);
      accepted.inc(answer.accepted);
      return answer;
    });
  }

  private once<Answer>(
    route: string,
    body: unknown,
    headers: IncomingHttpHeaders,
    perform: (id: JobId, marks: RequestMarks) => Promise<Answer>,
  ): Promise<Answer> {
    const key = headers['idempotency-key'];
    const traceparent = traceOf(headers);
    if (typeof key !== 'string') return perform(newJobId(), { traceparent });
    const scope = { owner: '', route, key: readIdempotencyKey(key) };
    return this.parts.keys.once(scope, body, (id) => perform(id, { traceparent, claimed: true }));
  }
}

function traceOf({ traceparent }: IncomingHttpHeaders): string | undefined {
  return typeof traceparent === 'string' && isTraceparent(traceparent) ? traceparent : undefined;
}
