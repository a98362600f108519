import type { Fault, ProblemCode, ProblemDetails } from '@jobstream/contracts/rest';

/** A question about jobs or queues has no answer. `code` is the code of the problem that REST answers with. */
export class StatusError extends Error {
  override readonly name = 'StatusError';
  readonly details: Omit<ProblemDetails, 'detail'>;

  /**
   * @param detail the fault and what to do next; shown to the client
   * @param more `errors`: each fault of an invalid question
   */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    { errors, cause }: { errors?: readonly Fault[]; cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.details = errors ? { errors: [...errors] } : {};
  }
}
