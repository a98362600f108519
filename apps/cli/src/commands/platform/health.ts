import type { Command } from 'commander';
import { exitCodes } from '../../exit-codes.js';
import type { RunCommand } from '../../program.js';
import type { Columns } from '../../table.js';
import { describeTable } from '../../table.js';

interface Part {
  readonly name: string;
  readonly ok: boolean;
  readonly why?: string;
}

const columns: Columns<Part> = {
  PART: ({ name }) => name,
  STATE: ({ ok }) => (ok ? 'ok' : 'DOWN'),
  WHY: ({ why }) => why ?? '',
};

/** `jobstream health`. */
export function addHealthCommand(program: Command, run: RunCommand): void {
  program
    .command('health')
    .description('Shows whether the API can do its work, and which of its parts are down.')
    .action(() =>
      run(async (client, terminal) => {
        const report = await client.readHealth();
        const parts = Object.entries(report.checks).map(([name, check]) => ({ name, ...check }));
        const state = report.ready ? 'ready' : report.draining ? 'stopping' : 'NOT READY';
        terminal.answer(report, `${state}\n${describeTable(parts, columns, undefined)}`);
        return report.ready ? exitCodes.ok : exitCodes.failure;
      }),
    );
}
