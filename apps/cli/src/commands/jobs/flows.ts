import type { FlowRequest, FlowState, FlowSummary, FlowView } from '@jobstream/contracts/rest';
import type { JobstreamClient } from '@jobstream/client';
import type { Command } from 'commander';
import { describeFlow, describeFlowProgress } from '../../describe-flow.js';
import { exitCodes, type ExitCode } from '../../exit-codes.js';
import { follow } from '../../follow.js';
import { readPayload } from '../../payload.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import type { Terminal } from '../../terminal.js';
import { paged, type PagedOptions } from '../paged.js';

const columns: Columns<FlowSummary> = {
  ID: ({ id }) => id,
  CREATED: ({ createdAt }) => createdAt,
  PROGRESS: describeFlowProgress,
};

const examples = `
Examples:
  $ npx jobstream flows submit @flow.json --wait
  $ npx jobstream flows submit '{"jobs": [{"name": "a", "type": "probe.run", "payload": {}}]}'`;

interface SubmitFlowFlags {
  readonly idempotencyKey?: string;
  readonly wait?: true;
}

/** `jobstream flows ...`: submits, shows and steers flows. */
export function addFlowsCommands(program: Command, run: RunCommand): void {
  const flows = program
    .command('flows')
    .description('Submits, shows and steers flows: jobs that wait for each other.');
  flows
    .command('submit <flow>')
    .description('Submits a flow and prints its id. The flow is JSON, @file, or - for the standard input.')
    .option('--wait', 'wait for its end')
    .option('--idempotency-key <key>', 'make one flow of all submissions with this key, for 24 hours')
    .addHelpText('after', examples)
    .action((source: string, { wait, ...options }: SubmitFlowFlags) =>
      run(async (client, terminal) => {
        const flow = await client.flows.submit((await readPayload(terminal, source)) as FlowRequest, options);
        if (wait) return watchFlow(client, terminal, flow.id);
        terminal.answer(flow, flow.id);
        return exitCodes.ok;
      }),
    );
  paged(
    flows
      .command('list')
      .description('Lists flows, newest first.')
      .option('--state <state>', 'in this state'),
  ).action((options: PagedOptions & { readonly state?: FlowState }) =>
    run(async (client, terminal) => {
      terminal.answerList(await client.flows.list(options), columns, 'No flow yet.');
      return exitCodes.ok;
    }),
  );
  flows
    .command('get <id>')
    .description('Shows a flow with its jobs.')
    .action((id: string) =>
      run(async (client, terminal) => {
        const flow = await client.flows.read(id);
        terminal.answer(flow, describeFlow(flow));
        return exitCodes.ok;
      }),
    );
  flows
    .command('watch <id>')
    .description('Follows a flow to its end.')
    .action((id: string) => run((client, terminal) => watchFlow(client, terminal, id)));
  flows
    .command('cancel <id>')
    .description('Cancels a flow, all of it.')
    .action((id: string) => run((client, terminal) => tell(terminal, client.flows.cancel(id))));
  flows
    .command('replay <id>')
    .description('Runs an ended flow again from where it failed; jobs that succeeded stay.')
    .action((id: string) => run((client, terminal) => tell(terminal, client.flows.replay(id))));
}

async function tell(terminal: Terminal, asked: Promise<FlowSummary>): Promise<ExitCode> {
  const flow = await asked;
  terminal.answer(flow, describeFlowProgress(flow));
  return exitCodes.ok;
}

/** Follows a flow to its end and writes it out. Ctrl-C ends the watching alone. */
async function watchFlow(client: JobstreamClient, terminal: Terminal, id: string): Promise<ExitCode> {
  const flow = await follow<FlowView>(terminal, {
    read: (signal) => client.flows.read(id, { signal }),
    describe: describeFlowProgress,
    stillRunning:
      `\nFlow ${id} is still running.\n` +
      `  watch it:   npx jobstream flows watch ${id}\n  cancel it:  npx jobstream flows cancel ${id}`,
  });
  terminal.answer(flow, describeFlow(flow));
  return flow.state === 'succeeded' ? exitCodes.ok : exitCodes.failure;
}
