// npm create jobstream
import { parseArgs } from 'node:util';
import { CreateError, createProject } from './create-project.js';
import { describeNextSteps } from './next-steps.js';

const help = `npm create jobstream [folder] [-- --packages <folder>]

Writes a project that is ready to run: a queue with two jobs, a worker, a test. Overwrites nothing.

  --packages <folder>  take our packages from the tarballs in this folder, not from the registry
  --help               this text
`;

function run(args: string[]): string {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: { packages: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help) return help;
  if (positionals.length > 1) throw new CreateError('Name one folder, not several.');
  const project = createProject({ folder: positionals[0] ?? '.', packages: values.packages });
  return `${describeNextSteps(project)}\n`;
}

try {
  process.stdout.write(run(process.argv.slice(2)));
} catch (error) {
  const isUsage =
    error instanceof CreateError ||
    (error as NodeJS.ErrnoException).code?.startsWith('ERR_PARSE_ARGS') === true;
  if (!isUsage) throw error;
  process.stderr.write(`${(error as Error).message}\n`);
  process.exitCode = 2;
}
