import { NoAnswerError, ProblemError } from '@jobstream/client';

/** Why something could not be read or done, for a person. */
export interface Failure {
  /** Stable; of a problem, its own. */
  readonly code: string;
  readonly text: string;
  /** Each fault of the request, with its place. */
  readonly faults: readonly string[];
}

/** The failure that an error stands for. */
export function failureOf(error: unknown): Failure {
  if (error instanceof ProblemError) {
    const { code, detail, errors = [] } = error.problem;
    return {
      code,
      text: detail,
      faults: errors.map((fault) => (fault.pointer ? `${fault.pointer}: ${fault.detail}` : fault.detail)),
    };
  }
  if (error instanceof NoAnswerError)
    return { code: error.code, text: 'The API does not answer. It is asked again.', faults: [] };
  return { code: 'console_fault', text: error instanceof Error ? error.message : String(error), faults: [] };
}
