import type { Fault, ProblemCode } from '@jobstream/contracts/rest';
import type { IntakeErrorDetails } from '@jobstream/intake';

/** What was asked of a schedule can't be done. `code` is that of the problem that REST answers with. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  readonly details: IntakeErrorDetails;

  /** @param detail what went wrong, and what to do next; shown to whoever asked */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    errors?: readonly Fault[],
  ) {
    super(detail);
    this.details = errors ? { errors } : {};
  }
}
