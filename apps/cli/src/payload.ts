import { maxBodyBytes } from '@jobstream/contracts';
import { CommandError } from './command-error.js';
import { exitCodes } from './exit-codes.js';
import { InputError, parseJson, parseJsonOrFile, readText } from './json-input.js';
import type { Terminal } from './terminal.js';

/**
 * The payload that an argument stands for: JSON, `@file`, or `-` for the standard input; without one `{}`.
 * @throws CommandError when it is no JSON, or larger than a job may be
 */
export async function readPayload(terminal: Terminal, source = '{}'): Promise<unknown> {
  try {
    if (source !== '-') return parseJsonOrFile(source);
    if (process.stdin.isTTY) terminal.tell('Write the payload as JSON, and end it with Ctrl-D.');
    return parseJson(await readText(process.stdin, 'The standard input', maxBodyBytes));
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new CommandError(exitCodes.usage, error.message, { cause: error });
  }
}
