import { CommandError } from './command-error.js';
import { exitCodes } from './exit-codes.js';

/**
 * Runs `work` until it is done or Ctrl-C is pressed.
 * @param onInterrupt the message after Ctrl-C
 * @throws CommandError with the exit code of an interrupted command
 */
export async function untilInterrupted<Result>(
  work: (signal: AbortSignal) => Promise<Result>,
  onInterrupt: () => string,
): Promise<Result> {
  const interrupted = new AbortController();
  const interrupt = () => interrupted.abort();
  process.once('SIGINT', interrupt);
  try {
    return await work(interrupted.signal);
  } catch (error) {
    if (interrupted.signal.aborted) throw new CommandError(exitCodes.interrupted, onInterrupt());
    throw error;
  } finally {
    process.off('SIGINT', interrupt);
  }
}
