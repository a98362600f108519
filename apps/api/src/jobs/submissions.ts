import { Inject, Injectable } from '@nestjs/common';
import type { JobId } from '@jobstream/contracts';
import { isTraceparent } from '@jobstream/contracts/records';
import type { AcceptedJob, BatchAnswer, FlowSummary } from '@jobstream/contracts/rest';
import type { AllowedHosts } from '@jobstream/downloads';
import { Flows } from '@jobstream/flows';
import {
  IntakeError,
  isSettled,
  readIdempotencyKey,
  type CheckedJob,
  IdempotencyKeys,
  JobIntake,
  type KeyedRequest,
  type RequestMarks,
} from '@jobstream/intake';
import type { FastifyRequest } from 'fastify';
import type { Counter } from 'prom-client';
import { allowedHostsToken } from '../api-providers.js';
import { ApiMetrics } from '../api-metrics.js';
import { ReceiverUrls } from '../webhooks/receiver-urls.js';
import { checkScope } from './scope-check.js';
import { checkUrls } from './submitted-urls.js';

/** The request of a submission: its headers with trace and Idempotency-Key, and the holder of its API key. */
export type Submitter = Pick<FastifyRequest, 'headers' | 'caller' | 'socket'>;

/** Submits the jobs of requests, each of which may be sent again under its Idempotency-Key. */
@Injectable()
export class Submissions {
  private readonly accepted: Counter;

  constructor(
    private readonly intake: JobIntake,
    private readonly keys: IdempotencyKeys,
    @Inject(allowedHostsToken) private readonly allowedHosts: AllowedHosts,
    private readonly receiverUrls: ReceiverUrls,
    private readonly flows: Flows,
    metrics: ApiMetrics,
  ) {
    this.accepted = metrics.acceptedJobs;
  }

  /**
   * @param route method and path as documented; an Idempotency-Key is unique within its route
   * @throws IntakeError
   */
  submit(route: string, submission: unknown, submitter: Submitter): Promise<AcceptedJob> {
    const { intake, accepted } = this;
    const job = this.checkWish(intake.check(submission), submitter);
    if (job instanceof IntakeError) throw job;
    return this.once(route, submitter, {
      body: submission,
      perform: async (id, marks) => {
        const answer = await intake.accept(job, id, marks);
        if (!answer.existing) accepted.inc();
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
    const { intake, accepted } = this;
    const items = intake.checkBatch(batch, {
      misread: submitter.inexactNumbers,
      also: (job) => this.checkWish(job, submitter),
    });
    return this.once<BatchAnswer>(route, submitter, {
      body: batch,
      perform: async (seed, marks, before) => {
        const answer = await intake.acceptBatch(items, seed, marks, before);
        accepted.inc(newJobsOf(answer) - (before === undefined ? 0 : newJobsOf(before)));
        return answer;
      },
      isFinished: isSettled,
    });
  }

  /** @throws IntakeError, and what the database throws */
  async submitFlow(route: string, body: unknown, submitter: Submitter): Promise<FlowSummary> {
    const flow = this.flows.check(body, (job) => this.checkWish(job, submitter));
    return this.once<FlowSummary>(route, submitter, {
      body,
      perform: (id, { traceparent }) => this.flows.accept(flow, id, { traceparent }),
    });
  }

  /** Checks that this submitter may submit this job; the job itself is valid. */
  private checkWish(job: CheckedJob, submitter: Submitter): CheckedJob | IntakeError {
    const allowed = checkScope(job, submitter.caller);
    const checked = allowed instanceof IntakeError ? allowed : checkUrls(allowed, this.allowedHosts);
    return checked instanceof IntakeError ? checked : this.checkNotify(checked, submitter);
  }

  private checkNotify(job: CheckedJob, submitter: Submitter): CheckedJob | IntakeError {
    const detail = job.notify === undefined ? undefined : this.receiverUrls.faultOf(job.notify, submitter);
    if (detail === undefined) return job;
    return new IntakeError('invalid_request', 'The end of the job can not be told there.', {
      errors: [{ pointer: '/notify', detail }],
    });
  }

  private async once<Answer>(
    route: string,
    { headers, caller }: Submitter,
    { perform, ...request }: Performance<Answer>,
  ): Promise<Answer> {
    const { intake, keys } = this;
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

/** A request, and how it is carried out under an id. */
interface Performance<Answer> extends Omit<KeyedRequest<Answer>, 'perform'> {
  perform(id: JobId, marks: RequestMarks, before?: Answer): Promise<Answer>;
}

function traceOf({ traceparent }: Submitter['headers']): string | undefined {
  return typeof traceparent === 'string' && isTraceparent(traceparent) ? traceparent : undefined;
}

/** The items that became jobs of their own. */
function newJobsOf({ items }: BatchAnswer): number {
  return items.filter((item) => 'id' in item && !item.existing).length;
}
