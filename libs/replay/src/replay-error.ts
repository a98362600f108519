import type { Fault, ProblemCode, ProblemDetails } from '@jobstream/contracts/rest';

/** A request about replays cannot be met. `code` is that of the problem that REST answers with. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
  readonly details: Omit<ProblemDetails, 'detail'>;

  /** @param detail what went wrong and what to do next; shown to the client */
  constructor(
    readonly code: ProblemCode,
    detail: string,
    errors?: readonly Fault[],
  ) {
    super(detail);
    this.details = errors ? { errors: [...errors] } : {};
  }
}

/** The error of a question that needs all that the log says of jobs, while the projection has not read it. */
export function projectionBehind(): ReplayError {
  return new ReplayError(
    'projection_behind',
    'What became of jobs is not known yet: the projection has not read the whole log. Ask again.',
  );
}
