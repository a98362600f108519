import type { Fault, ProblemCode, ProblemDetails } from '@jobstream/contracts/rest';

/** A request about rebuilds can't be met. `code` is that of the problem that REST answers with. */
export class RebuildError extends Error {
  override readonly name = 'RebuildError';
  readonly details: Omit<ProblemDetails, 'detail'>;

  /** @param detail what went wrong, and what to do next; shown to the caller */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    errors?: Fault[],
  ) {
    super(detail);
    this.details = errors ? { errors } : {};
  }
}
