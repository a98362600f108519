import { createInterface } from 'node:readline/promises';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-codes.js';
import { untilInterrupted } from './interruption.js';

/** Data goes to stdout, messages for people go to stderr: a pipe gets only the data. */
export class Terminal {
  private lineLength = 0;

  /** @param json whether data is JSON, one document a command */
  constructor(readonly json: boolean) {}

  /** The answer of the command: as text for people, or the data itself. */
  answer(data: unknown, text: string): void {
    process.stdout.write(`${this.json ? JSON.stringify(data) : text}\n`);
  }

  tell(text: string): void {
    this.endLine();
    process.stderr.write(`${text}\n`);
  }

  /** Shows progress in one changing line of a terminal; nothing elsewhere. */
  progress(text: string): void {
    if (!process.stderr.isTTY) return;
    process.stderr.write(`\r${text.padEnd(this.lineLength)}`);
    this.lineLength = text.length;
  }

  /**
   * Asks before a change; any answer but yes ends the command.
   * @throws CommandError
   */
  async confirm(question: string): Promise<void> {
    if (!process.stdin.isTTY) throw new CommandError(exitCodes.usage, `${question} Add --yes to do so.`);
    const lines = createInterface({ input: process.stdin, output: process.stderr });
    try {
      const answer = await untilInterrupted(
        (signal) => {
          lines.once('SIGINT', () => process.emit('SIGINT'));
          return lines.question(`${question} [y/N] `, { signal });
        },
        () => '\nNothing was done.',
      );
      if (/^y(es)?$/i.test(answer.trim())) return;
    } finally {
      lines.close();
    }
    throw new CommandError(exitCodes.failure, 'Nothing was done.');
  }

  private endLine(): void {
    if (this.lineLength > 0) process.stderr.write('\n');
    this.lineLength = 0;
  }
}
