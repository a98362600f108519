import type { JobId } from '@jobstream/contracts';
import type { BatchItem, Fault, ProblemCode } from '@jobstream/contracts/rest';
import { NeverSentError, RecordRefusedError, UnacknowledgedError } from '@jobstream/kafka';

/** The facts of an {@link IntakeError} beside its code. */
export interface IntakeErrorDetails {
  /** Each fault of an invalid request. */
  readonly errors?: readonly Fault[];
  /** With `submit_unknown`: the id of the job, if it was accepted. */
  readonly id?: string;
  /** Of a batch without an acknowledged item: the result of each. */
  readonly items?: readonly BatchItem[];
  readonly cause?: unknown;
}

/** A job was not accepted, or may not have been. `code` is that of the problem that REST answers with. */
export class IntakeError extends Error {
  override readonly name = 'IntakeError';

  /** @param detail the fault and what to do next; shown to the submitter */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly details: IntakeErrorDetails = {},
  ) {
    super(detail, { cause: details.cause });
  }

  /** The message with each fault and its place. */
  get fullText(): string {
    const faults = (this.details.errors ?? []).map(({ pointer, detail }) => `${pointer || '/'}: ${detail}`);
    return [this.message, ...faults].join(' ');
  }
}

/**
 * The error that tells a submitter why a job was not acknowledged.
 * @param error of the producer; any other error is thrown
 */
export function intakeErrorOf(error: unknown, id: JobId): IntakeError {
  if (isRefusedByTopic(error)) {
    const detail = `The job was not accepted: ${error.topic} takes no records at present. Send it again later.`;
    return new IntakeError('broker_unavailable', detail, { cause: error });
  }
  if (error instanceof NeverSentError) {
    const detail = 'The job was not accepted: the broker cannot be reached. Send it again.';
    return new IntakeError('broker_unavailable', detail, { cause: error });
  }
  if (error instanceof UnacknowledgedError) {
    const detail =
      'The job was sent, but the broker did not confirm it in time. Look for it under its id; ' +
      'sent again with the same Idempotency-Key it stays one job.';
    return new IntakeError('submit_unknown', detail, { id, cause: error });
  }
  if (error instanceof RecordRefusedError) {
    return new IntakeError('broker_refused', 'The broker does not take this job.', { cause: error });
  }
  throw error;
}

/** Whether a topic or partition alone refuses the record, which is certainly not in the log. */
function isRefusedByTopic(error: unknown): error is NeverSentError | RecordRefusedError {
  if (!(error instanceof NeverSentError || error instanceof RecordRefusedError)) return false;
  return error.scope === 'topic' || error.scope === 'partition';
}
