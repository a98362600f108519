import { NoAnswerError, ProblemError } from '@jobstream/client';
import type { Problem } from '@jobstream/contracts/rest';
import { CommandError } from './command-error.js';
import { exitCodeOf, exitCodes } from './exit-codes.js';

/**
 * A failed call, told to the person who typed the command; any other error as it is.
 * @param url where the platform was asked
 */
export function explainApiFailure(error: unknown, url: string): unknown {
  if (error instanceof ProblemError)
    return new CommandError(exitCodeOf(error.status), describeProblem(error.problem), { cause: error });
  if (!(error instanceof NoAnswerError)) return error;
  const { status, cause } = error;
  if (status === undefined) {
    const advice =
      'Is it running (npx jobstream dev; npm start in the repository of Jobstream)? Say where with --url or JOBSTREAM_URL.';
    const message = `Nothing answers at ${url} (${describeCause(cause as Error)}). ${advice}`;
    return new CommandError(exitCodes.failure, message, { cause: error });
  }
  const message = `${url} answered ${status}, and not as Jobstream does. Check --url.`;
  const exitCode = status < 400 ? exitCodes.failure : exitCodeOf(status);
  return new CommandError(exitCode, message, { cause: error });
}

function describeProblem({ title, detail, errors = [] }: Problem): string {
  const faults = errors.map((fault) => `\n  ${fault.pointer || '/'}: ${fault.detail}`);
  return `${title}. ${detail}${faults.join('')}`;
}

/** fetch itself says only "fetch failed"; its cause has the reason, that of several addresses only as a code. */
function describeCause({ cause, message }: Error): string {
  const { message: reason, code } = (cause ?? {}) as Partial<NodeJS.ErrnoException>;
  return reason || code || message;
}
