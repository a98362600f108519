import type { ProblemCode, ProblemDetails } from '@jobstream/contracts/rest';

/** A request that ends with a problem document. */
export class ProblemError extends Error {
  override readonly name = 'ProblemError';
  readonly details: Omit<ProblemDetails, 'detail'>;

  /** @param detail what went wrong, and what to do next; shown to the client */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    { cause, ...details }: Omit<ProblemDetails, 'detail'> & { cause?: unknown } = {},
  ) {
    super(detail, { cause });
    this.details = details;
  }
}
