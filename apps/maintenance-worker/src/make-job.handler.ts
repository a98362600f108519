import {
  deriveJobId,
  lowestJobId,
  NonRetryableError,
  type HandlerOf,
  type JobContext,
  type PayloadOf,
  type ResultOf,
} from '@jobstream/contracts';
import { JobHandler } from '@jobstream/execution';
import { IntakeError, JobIntake } from '@jobstream/intake';
import { jobMake } from '@jobstream/jobs';

type Make = typeof jobMake;

/**
 * Makes the job of a handler that has a unique key. Its id follows from that of this job and the time of the handler's call, so
 * however often this runs, it meets no key of its own as that of another.
 */
@JobHandler(jobMake)
export class MakeJobHandler implements HandlerOf<Make> {
  constructor(private readonly intake: JobIntake) {}

  async handle(
    { parent, at, submission }: PayloadOf<Make>,
    { id, traceparent }: Pick<JobContext, 'id' | 'traceparent'>,
  ): Promise<ResultOf<Make>> {
    const own = deriveJobId(lowestJobId(at), `made:${id}`);
    try {
      await this.intake.learnTime();
      const checked = this.intake.check(submission);
      const made = await this.intake.accept(checked, own, { traceparent, parent, claimed: true });
      return { job: made.id, existing: made.existing === true };
    } catch (error) {
      if (!(error instanceof IntakeError) || isPassing(error)) throw error;
      throw new NonRetryableError(error.fullText, { code: error.code });
    }
  }
}

/** A type is unknown until its worker has published it; brokers and databases come back. */
function isPassing({ code }: IntakeError): boolean {
  switch (code) {
    case 'unknown_type':
    case 'broker_unavailable':
    case 'database_unavailable':
    case 'submit_unknown':
      return true;
    default:
      return false;
  }
}
