import { writeFileSync } from 'node:fs';
import type { Command } from 'commander';
import { maxUploadBytes } from '@jobstream/contracts';
import { CommandError } from '../../command-error.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { InputError, readFile } from '../../json-input.js';
import type { RunCommand } from '../../program.js';
import type { Terminal } from '../../terminal.js';

interface DownloadOptions {
  readonly output: string;
}

/** `jobstream images ...` and `jobstream reports ...`: what the shipped jobs read and make. */
export function addFilesCommands(program: Command, run: RunCommand): void {
  const images = program.command('images').description('Stores images, and fetches their thumbnails.');
  images
    .command('upload <image> <file>')
    .description('Stores an image of at most 25 MiB under an id of your own.')
    .action((image: string, file: string) =>
      run(async (client, terminal) => {
        const stored = await client.files.uploadImage(image, readImage(file));
        const { content_type: type, width, height, bytes } = stored;
        terminal.answer(stored, `${image} is stored: ${type}, ${width}×${height}, ${bytes} bytes.`);
        return exitCodes.ok;
      }),
    );
  images
    .command('thumbnail <image>')
    .description('Fetches the thumbnail that a job has made of an image.')
    .requiredOption('-o, --output <file>', 'where to write it')
    .action((image: string, { output }: DownloadOptions) =>
      run(async (client, terminal) => save(terminal, output, await client.files.downloadThumbnail(image))),
    );
  const reports = program.command('reports').description('Fetches reports.');
  reports
    .command('get <id>')
    .description('Fetches the PDF that a report job has made.')
    .requiredOption('-o, --output <file>', 'where to write it')
    .action((id: string, { output }: DownloadOptions) =>
      run(async (client, terminal) => save(terminal, output, await client.files.downloadReport(id))),
    );
}

/** Writes bytes that have all arrived: a download that breaks off leaves no half of a file. */
function save(terminal: Terminal, file: string, bytes: Uint8Array): ExitCode {
  try {
    writeFileSync(file, bytes);
  } catch (error) {
    throw new CommandError(exitCodes.failure, (error as Error).message, { cause: error });
  }
  terminal.answer({ file, bytes: bytes.length }, `${file}  ${bytes.length} bytes`);
  return exitCodes.ok;
}

function readImage(file: string): Buffer {
  try {
    return readFile(file, maxUploadBytes);
  } catch (error) {
    if (!(error instanceof InputError)) throw error;
    throw new CommandError(exitCodes.usage, error.message, { cause: error });
  }
}
