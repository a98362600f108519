import { exitCodes } from './exit-codes.js';

/**
 * Ends the process when what it writes can't be written: without a word where the reader has gone (`| head`), as other Unix
 * commands do by SIGPIPE; else saying why.
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
