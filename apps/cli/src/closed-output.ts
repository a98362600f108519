import { exitCodes } from './exit-codes.js';

/**
 * Ends the process when its output can't be written: silently when the reader has closed it (`| head`), as other Unix commands do
 * by SIGPIPE, otherwise with the reason.
 */
export function endWithOutput({
  stdout,
  stderr,
  exit,
}: Pick<NodeJS.Process, 'stdout' | 'stderr' | 'exit'>): void {
  const end = (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') exit(exitCodes.outputClosed);
    stderr.write(`The output can't be written: ${error.message}\n`);
    exit(exitCodes.failure);
  };
  stdout.on('error', end);
  stderr.on('error', () => exit(exitCodes.outputClosed));
}
