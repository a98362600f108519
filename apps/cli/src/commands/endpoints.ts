import { readFile } from 'node:fs/promises';
import type { EndpointJobTypeInput } from '@jobstream/contracts/rest';
import type { Command } from 'commander';
import { CommandError } from '../command-error.js';
import { exitCodes } from '../exit-codes.js';
import type { RunCommand } from '../program.js';

/** `jobstream endpoints ...`: job types that HTTP endpoints serve. */
export function addEndpointsCommands(program: Command, run: RunCommand): void {
  const endpoints = program.command('endpoints').description('Job types that HTTP endpoints serve.');
  endpoints
    .command('put <type> <file>')
    .description('Creates or replaces a job type from a JSON file; shows its secret when it is new.')
    .action((type: string, file: string) =>
      run(async (client, terminal) => {
        const view = await client.jobTypes.put(type, await readDefinition(file));
        const shown = view.secret === null ? '' : `\nsecret, shown only now: ${view.secret}`;
        terminal.answer(
          view,
          `${type}  queue ${view.queue.name}  ${view.endpoint?.url}  version ${view.version}${shown}`,
        );
        return exitCodes.ok;
      }),
    );
  endpoints
    .command('rotate <type>')
    .description('Makes a new secret for the endpoint of a job type.')
    .option('--valid-for <duration>', 'how long the secret before signs as well', '24h')
    .action((type: string, { validFor }: { validFor: string }) =>
      run(async (client, terminal) => {
        const { secret, beforeValidUntil } = await client.jobTypes.rotateSecret(type, { validFor });
        terminal.answer(
          { type, secret, beforeValidUntil },
          `secret, shown only now: ${secret}\nthe one before signs as well until ${beforeValidUntil}`,
        );
        return exitCodes.ok;
      }),
    );
}

/** The API checks it: here it only has to be JSON. */
async function readDefinition(file: string): Promise<EndpointJobTypeInput> {
  const text = await readFile(file, 'utf8').catch((error: unknown) => {
    throw new CommandError(exitCodes.usage, `${file} can not be read: ${(error as Error).message}`);
  });
  try {
    return JSON.parse(text) as EndpointJobTypeInput;
  } catch (error) {
    throw new CommandError(exitCodes.usage, `${file} is not JSON: ${(error as Error).message}`);
  }
}
