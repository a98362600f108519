import { createReadStream } from 'node:fs';
import { addAbortSignal, type Readable } from 'node:stream';
import type { Command } from 'commander';
import type { JobstreamClient, SubmittedItem } from '@jobstream/client';
import { maxBodyBytes } from '@jobstream/contracts';
import type { Submission } from '@jobstream/contracts/rest';
import { CommandError } from '../../command-error.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { readLines, type InputLine } from '../../input-lines.js';
import { untilInterrupted } from '../../interruption.js';
import { decodeText, InputError, parseJson } from '../../json-input.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';

interface BatchOptions {
  readonly type?: string;
  readonly idempotencyKey?: string;
}

/** Refused lines that a person sees; the rest is counted. */
const maxShown = 20;

const help = `
Each line is a submission, as POST /v1/jobs takes it; with --type it is a payload. A faulty line holds back no other.
With --json the answer has a line for each: {"line": 1, "id": "…"} or {"line": 2, "error": {…}}.

Examples:
  $ npx jobstream batch jobs.ndjson --idempotency-key "import 2026-01-31"
  $ jq -c '.users[] | {to: .email}' users.json | npx jobstream batch --type notification.email`;

/** `jobstream batch`: many jobs, read as they are sent. */
export function addBatchCommand(program: Command, run: RunCommand): void {
  program
    .command('batch [file]')
    .summary('submit many jobs, one a line')
    .description('Submits a job for each line of JSON in a file, or in the standard input.')
    .option('--type <type>', 'each line is the payload of a job of this type')
    .option('--idempotency-key <key>', 'the same lines again under this key make no second job, for 24 hours')
    .addHelpText('after', help)
    .action((file: string | undefined, options: BatchOptions) =>
      run(async (client, terminal) => {
        const batch = new Batch(terminal, options);
        await batch.submit(
          client,
          file === undefined || file === '-' ? process.stdin : createReadStream(file),
        );
        return batch.end();
      }),
    );
}

class Batch {
  private accepted = 0;
  private refused = 0;
  /** The lines of the items that were handed over and have no answer yet. */
  private pending: number[] = [];

  constructor(
    private readonly terminal: Terminal,
    private readonly options: BatchOptions,
  ) {}

  /** @throws CommandError when the input can't be read, or Ctrl-C was pressed; the error of the API, after what came before it */
  async submit(client: JobstreamClient, input: Readable): Promise<void> {
    const { idempotencyKey } = this.options;
    try {
      await untilInterrupted(
        async (signal) => {
          const items = this.read(addAbortSignal(signal, input));
          for await (const item of client.submitItems(items, { idempotencyKey, signal })) this.take(item);
        },
        () => `\nInterrupted. ${this.describe()} ${this.describeRest()}`,
      );
    } catch (error) {
      if (error instanceof CommandError) throw error;
      if (isSystemError(error)) throw new CommandError(exitCodes.usage, error.message, { cause: error });
      this.terminal.tell(`${this.describe()} ${this.describeRest()}`);
      throw error;
    }
  }

  end(): ExitCode {
    if (this.terminal.json) this.terminal.tell(this.describe());
    else this.terminal.answer(undefined, this.describe());
    return this.refused === 0 ? exitCodes.ok : exitCodes.failure;
  }

  private async *read(input: AsyncIterable<Buffer>): AsyncGenerator<Submission> {
    const { type } = this.options;
    for await (const line of readLines(input, maxBodyBytes)) {
      const value = this.parse(line);
      if (value === undefined) continue;
      this.pending.push(line.number);
      yield (type === undefined ? value : { type, payload: value }) as Submission;
    }
  }

  /** Undefined for an empty line, and for one that is refused. */
  private parse({ number, bytes }: InputLine): unknown {
    if (bytes?.toString('latin1').trim() === '') return undefined;
    try {
      if (bytes === undefined) throw new InputError(`It is longer than ${maxBodyBytes / 1024} KiB.`);
      return parseJson(decodeText(bytes, 'It'));
    } catch (error) {
      if (!(error instanceof InputError)) throw error;
      this.refuse(number, { code: 'malformed_json', detail: error.message });
      return undefined;
    }
  }

  private take(item: SubmittedItem): void {
    const line = this.pending.shift()!;
    if ('error' in item) return this.refuse(line, item.error);
    this.accepted += 1;
    if (this.terminal.json) this.terminal.answer({ line, id: item.id }, '');
    else this.terminal.progress(this.describe());
  }

  private refuse(line: number, error: { readonly code: string; readonly detail: string }): void {
    this.refused += 1;
    if (this.terminal.json) this.terminal.answer({ line, error }, '');
    else if (this.refused <= maxShown) this.terminal.tell(`line ${line}: ${error.code}: ${error.detail}`);
    else if (this.refused === maxShown + 1) this.terminal.tell('… see all with --json.');
  }

  private describe(): string {
    return `${this.accepted} jobs accepted, ${this.refused} lines refused.`;
  }

  private describeRest(): string {
    if (this.options.idempotencyKey === undefined)
      return 'Lines after these may be accepted too: with an --idempotency-key the command can be repeated.';
    return 'Repeat the command within 24 hours: it makes no job twice.';
  }
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error;
}
