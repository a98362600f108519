import type { EndpointJobTypeInput } from '@jobstream/contracts/rest';
import type { Command } from 'commander';
import { exitCodes } from '../../exit-codes.js';
import { readPayload } from '../../payload.js';
import type { RunCommand } from '../../program.js';

/** `jobstream endpoints ...`: job types that HTTP endpoints serve. */
export function addEndpointsCommands(program: Command, run: RunCommand): void {
  const endpoints = program.command('endpoints').description('Job types that HTTP endpoints serve.');
  endpoints
    .command('put <type> <definition>')
    .description(
      'Creates or replaces a job type: JSON, @file, or - for stdin. Shows its secret when it is new.',
    )
    .action((type: string, definition: string) =>
      run(async (client, terminal) => {
        const wish = (await readPayload(terminal, definition)) as EndpointJobTypeInput;
        const view = await client.jobTypes.put(type, wish);
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
        const answer = await client.jobTypes.rotateSecret(type, { validFor });
        const { secret, beforeValidUntil } = answer;
        terminal.answer(
          answer,
          `secret, shown only now: ${secret}\nthe one before signs as well until ${beforeValidUntil}`,
        );
        return exitCodes.ok;
      }),
    );
}
