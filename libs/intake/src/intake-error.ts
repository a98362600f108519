import type { BatchItem, Fault, ProblemCode } from '@jobstream/contracts/rest';

/** What an {@link IntakeError} says beside its code. */
export interface IntakeErrorDetails {
  /** Each fault of an invalid request. */
  readonly errors?: readonly Fault[];
  /** On `submit_unknown`: the id that the job has if it was accepted. */
  readonly id?: string;
  /** Of a batch of which nothing was acknowledged: what became of each item. */
  readonly items?: readonly BatchItem[];
  readonly cause?: unknown;
}

/** A job was not accepted, or it is not known whether it was. `code` is the code of the problem that REST answers with. */
export class IntakeError extends Error {
  override readonly name = 'IntakeError';

  /** @param detail what went wrong, and what to do next; shown to the submitter */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    readonly details: IntakeErrorDetails = {},
  ) {
    super(detail, { cause: details.cause });
  }
}
