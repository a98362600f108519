import type { JobId } from '@jobstream/contracts';
import { isTraceparent } from '@jobstream/contracts/records';
import type { AcceptedJob, BatchAnswer } from '@jobstream/contracts/rest';
import type { AllowedHosts } from '@jobstream/downloads';
import {
  checkBatch,
  IntakeError,
  isSettled,
  readIdempotencyKey,
  type CheckedJob,
  type IdempotencyKeys,
  type JobIntake,
  type KeyedRequest,
  type RequestMarks,
} from '@jobstream/intake';
import type { FastifyRequest } from 'fastify';
import type { Counter } from 'prom-client';
import { checkScope } from './scope-check.js';
import { checkUrls } from './submitted-urls.js';

/** What {@link Submissions} is made of. */
export interface SubmissionParts {
  readonly intake: JobIntake;
  readonly keys: IdempotencyKeys;
  /** Hosts that jobs may name although they are not public. */
  readonly allowedHosts: AllowedHosts;
  /** Counts accepted jobs. */
  readonly accepted: Counter;
}

/** Of a request: the trace and the Idempotency-Key in its headers, and whose key it comes with. */
export type Submitter = Pick<FastifyRequest, 'headers' | 'caller'>;

/** Submits what requests bring. */
export class Submissions {
  constructor(private readonly parts: SubmissionParts) {}

  /**
   * @param route method and path as documented: what an Idempotency-Key is unique within
   * @throws IntakeError
   */
  submit(route: string, submission: unknown, submitter: Submitter): Promise<AcceptedJob> {
    const { intake, accepted } = this.parts;
    const job = this.checkWish(intake.check(submission), submitter);
    if (job instanceof IntakeError) throw job;
    return this.once(route, submitter, {
      body: submission,
      perform: async (id, marks) => {
        const answer = await intake.accept(job, id, marks);
        accepted.inc();
        return answer;
      },
    });
  }

  /** @throws IntakeError */
  submitBatch(
    route: string,
    batch: unknown,
    submitter: Submitter & Pick<FastifyRequest, 'inexactNumbers'>,
  ): Promise<BatchAnswer> {
    const { intake, accepted } = this.parts;
    const items = checkBatch(batch, intake.clock, {
      misread: submitter.inexactNumbers,
      also: (job) => this.checkWish(job, submitter),
    });
    return this.once<BatchAnswer>(route, submitter, {
      body: batch,
      perform: async (seed, marks, before) => {
        const answer = await intake.acceptBatch(items, seed, marks, before);
        accepted.inc(answer.accepted - (before?.accepted ?? 0));
        return answer;
      },
      isFinished: isSettled,
    });
  }

  /** Whether this submitter may have this job, beyond that the job makes sense. */
  private checkWish(job: CheckedJob, { caller }: Submitter): CheckedJob | IntakeError {
    const allowed = checkScope(job, caller);
    return allowed instanceof IntakeError ? allowed : checkUrls(allowed, this.parts.allowedHosts);
  }

  private async once<Answer>(
    route: string,
    { headers, caller }: Submitter,
    { perform, ...request }: Performance<Answer>,
  ): Promise<Answer> {
    const { intake, keys } = this.parts;
    const key = headers['idempotency-key'];
    const traceparent = traceOf(headers);
    if (typeof key !== 'string') return perform(await intake.drawId(), { traceparent });
    const scope = { owner: caller?.owner ?? '', route, key: readIdempotencyKey(key) };
    return keys.once(scope, {
      ...request,
      perform: (id, before) => perform(id, { traceparent, claimed: true }, before),
    });
  }
}

/** A request, and what it does under an id. */
interface Performance<Answer> extends Omit<KeyedRequest<Answer>, 'perform'> {
  perform(id: JobId, marks: RequestMarks, before?: Answer): Promise<Answer>;
}

function traceOf({ traceparent }: Submitter['headers']): string | undefined {
  return typeof traceparent === 'string' && isTraceparent(traceparent) ? traceparent : undefined;
}
