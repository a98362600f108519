import { FolderError } from './file-errors.js';
import { AlreadyRunningError } from './starter-lock.js';
import { UsageError } from './usage-error.js';

/** Why nothing runs, for the person who wanted it to. */
export function explainStartFailure(error: unknown): string {
  const { message } = error as Error;
  const isForTheUser = [UsageError, AlreadyRunningError, FolderError].some((kind) => error instanceof kind);
  return isForTheUser ? message : `Jobstream did not start.\n${message}`;
}
