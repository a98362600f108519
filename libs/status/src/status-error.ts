import { isToCome, type UnstartedStep } from '@jobstream/flows';
import type { Fault, ProblemCode, ProblemDetails } from '@jobstream/contracts/rest';

/** A question about jobs or queues has no answer. `code` is the code of the problem that REST answers with. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly details: Omit<ProblemDetails, 'detail'>;

  /**
   * @param detail the fault and what to do next; shown to the client
   * @param more `errors`: each fault of an invalid question; `flow`: the flow of the job that is asked for
   */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    { errors, flow, cause }: { errors?: readonly Fault[]; flow?: string; cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.details = { ...(errors && { errors: [...errors] }), ...(flow && { flow }) };
  }
}

/**
 * The error of a question that the broker did not answer.
 * @param place how the sentence begins that ends with "the broker": `Topics are on`
 */
export function brokerUnavailable(place: string, cause: unknown): StatusError {
  const detail = `${place} the broker, which cannot be reached. Ask again later.`;
  return new StatusError('broker_unavailable', detail, { cause });
}

/** The job is one of a flow, and the log has nothing of it yet. */
export class JobNotStartedError extends StatusError {
  constructor(readonly step: UnstartedStep) {
    const { jobId, flowId, name, state } = step;
    super(
      'job_not_started',
      `The job ${JSON.stringify(name)} of the flow ${flowId} ${isToCome(step) ? 'has not started' : 'does not start'}: it is ${state}. GET /v1/jobs/${jobId}/explain says why. To steer it, steer the flow.`,
      { flow: flowId },
    );
  }
}
