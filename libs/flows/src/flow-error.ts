import type { ProblemCode } from '@jobstream/contracts/rest';
import type { IntakeErrorDetails } from '@jobstream/intake';

/** A request about flows cannot be met. `code` is that of the problem that REST answers with. */
export class FlowError extends Error {
  override readonly name = 'FlowError';
  readonly details: IntakeErrorDetails = {};

  /** @param detail what went wrong, and what to do next; shown to the client */
  constructor(
    readonly code: ProblemCode,
    detail: string,
  ) {
    super(detail);
  }
}
