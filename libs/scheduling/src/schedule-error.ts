import type { Fault, ProblemCode } from '@jobstream/contracts/rest';
import type { IntakeErrorDetails } from '@jobstream/intake';

/** A request about schedules cannot be met. `code` is that of the problem that REST answers with. */
export class ScheduleError extends Error {
  override readonly name = 'ScheduleError';
  readonly details: IntakeErrorDetails;

  /** @param detail what went wrong, and what to do next; shown to the client */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    errors?: readonly Fault[],
  ) {
    super(detail);
    this.details = errors ? { errors } : {};
  }
}
