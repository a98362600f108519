import type { Command } from 'commander';
import { CommandError } from '../../command-error.js';
import { exitCodes } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';

interface DevCommandOptions {
  readonly worker?: string;
  readonly port?: string;
  readonly verbose?: true;
}

const help = `
Kafka, Postgres and the platform's services keep their data and logs in .jobstream/ of this folder. KAFKA_BROKERS and
DATABASE_URL name others, which are used instead of the embedded ones. What the worker's file imports is watched; types
are not checked: that is the work of your editor, or of tsc. Ctrl-C ends everything.`;

/** `jobstream dev`: the platform, and beside it the worker of this folder. */
export function addDevCommand(program: Command, run: RunCommand): void {
  program
    .command('dev')
    .summary('run the platform and your worker')
    .description('Runs the platform on this machine and the worker of this folder, again after each change.')
    .option('--worker <file>', 'the file of your worker (src/worker.ts, and other usual places)')
    .option('--port <port>', 'where the API answers (PORT, else 3000)')
    .option('--verbose', 'show all that the platform logs, not only its warnings')
    .addHelpText('after', help)
    .action((options: DevCommandOptions) =>
      run(async (_, terminal) => {
        terminal.endWait();
        // Loaded here, since no other command needs it.
        const { explainStartFailure, runDev } = await import('@jobstream/stack/dev');
        const { worker, port, verbose = false } = options;
        try {
          await runDev({ folder: process.cwd(), worker, port, verbose });
        } catch (error) {
          throw new CommandError(exitCodes.failure, explainStartFailure(error), { cause: error });
        }
        return exitCodes.ok;
      }),
    );
}
