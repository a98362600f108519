import { createInterface } from 'node:readline/promises';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-codes.js';
import { untilInterrupted } from './interruption.js';
import { describeTable, type Columns } from './table.js';
import { inOneLine, makeVisible } from './visible-text.js';

/** What takes longer shows that it is under way. */
const patienceMs = 1_000;

/** A list as the API answers it. */
export interface ListAnswer<Item> {
  readonly items: readonly Item[];
  /** The cursor of the next page, where the list has pages and this is not the last. */
  readonly next?: string | null;
}

/** Data goes to stdout, messages for people go to stderr: a pipe gets only the data. */
export class Terminal {
  private lineLength = 0;
  /** Of the text of a wait, while it is shown. */
  private waitLength = 0;
  private waiting: NodeJS.Timeout | undefined;

  /** @param json whether data is JSON, one document a command; of `jobs watch` and `batch` one a line */
  constructor(readonly json: boolean) {}

  /** The answer of the command: as text for people, or the data itself. */
  answer(data: unknown, text: string): void {
    this.endWait();
    process.stdout.write(`${makeVisible(this.json ? JSON.stringify(data) : text)}\n`);
  }

  /**
   * The same for a list, whose items are rows of a table that is as wide as the terminal.
   * @param none the text for an empty list
   */
  answerList<Item>(list: ListAnswer<Item>, columns: Columns<Item>, none: string): void {
    const { items, next } = list;
    const { isTTY, columns: width } = process.stdout;
    const table = items.length === 0 ? none : describeTable(items, columns, isTTY ? width : undefined);
    this.answer(list, next ? `${table}\nmore: --cursor ${next}` : table);
  }

  tell(text: string): void {
    this.endWait();
    this.endLine();
    process.stderr.write(`${makeVisible(text)}\n`);
  }

  /** Shows progress in one changing line of a terminal; nothing elsewhere. */
  progress(text: string): void {
    clearTimeout(this.waiting);
    this.waitLength = 0;
    if (!process.stderr.isTTY) return;
    const line = inOneLine(text).slice(0, (process.stderr.columns || 80) - 1);
    process.stderr.write(`\r${line.padEnd(this.lineLength)}`);
    this.lineLength = line.length;
  }

  /** Shows this text if nothing else is shown within a second; what is shown next takes its place. */
  wait(text: string): void {
    this.waiting = setTimeout(() => {
      this.progress(text);
      this.waitLength = this.lineLength;
    }, patienceMs).unref();
  }

  /** Takes the text of a wait away. */
  endWait(): void {
    clearTimeout(this.waiting);
    if (this.waitLength === 0) return;
    process.stderr.write(`\r${' '.repeat(this.lineLength)}\r`);
    this.waitLength = this.lineLength = 0;
  }

  /**
   * Asks before a change; any answer but yes ends the command.
   * @throws CommandError
   */
  async confirm(question: string): Promise<void> {
    this.endWait();
    question = inOneLine(question);
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
