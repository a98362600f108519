import type { JobId } from '@jobstream/contracts';
import { NeverSentError, RecordRefusedError, UnacknowledgedError } from '@jobstream/kafka';
import { IntakeError } from './intake-error.js';

/**
 * Why a job was not acknowledged, in the submitter's words.
 * @throws the error itself when it is none of the producer's
 */
export function explainRefusal(error: unknown, id: JobId): IntakeError {
  if (isOfTopic(error)) {
    const detail = `The job was not accepted: ${error.topic} takes no records at present. Send it again later.`;
    return new IntakeError('broker_unavailable', detail, { cause: error });
  }
  if (error instanceof NeverSentError) {
    const detail = 'The job was not accepted: the broker can not be reached. Send it again.';
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

/** Certainly not in the log, for what is wrong with its topic or partition, while others are taken. */
function isOfTopic(error: unknown): error is NeverSentError | RecordRefusedError {
  if (!(error instanceof NeverSentError || error instanceof RecordRefusedError)) return false;
  return error.scope === 'topic' || error.scope === 'partition';
}
