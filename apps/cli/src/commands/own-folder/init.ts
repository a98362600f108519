import { CreateError, createProject, describeNextSteps } from '@jobstream/create';
import type { Command } from 'commander';
import { CommandError } from '../../command-error.js';
import { exitCodes } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';

/** `jobstream init`: what `npm create jobstream` does. */
export function addInitCommand(program: Command, run: RunCommand): void {
  program
    .command('init [folder]')
    .summary('write a project with jobs of your own')
    .description(
      'Writes a project that is ready to run: a queue with two jobs, a worker, a test. Overwrites nothing.',
    )
    .option(
      '--packages <folder>',
      'take our packages from the tarballs in this folder, not from the registry',
    )
    .action((folder: string | undefined, { packages }: { packages?: string }) =>
      run(async (_, terminal) => {
        try {
          const project = createProject({ folder: folder ?? '.', packages });
          terminal.answer(project, describeNextSteps(project));
        } catch (error) {
          if (!(error instanceof CreateError)) throw error;
          throw new CommandError(exitCodes.usage, error.message, { cause: error });
        }
        return exitCodes.ok;
      }),
    );
}
