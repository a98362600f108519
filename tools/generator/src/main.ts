// npm run new: writes what a new worker, job type, route or table needs, and says what to do next.
import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { applyChanges, ChangeError, type Change } from './change.js';
import { generateJob } from './generate-job.js';
import { generateRoute } from './generate-route.js';
import { generateTable } from './generate-table.js';
import { generateWorker } from './generate-worker.js';
import { NameError } from './names.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

const help = `Usage: npm run new -- <what> <name>

  worker <queue>              a worker with a queue of its own and a first job type, <queue>.run
  job <type> --queue <queue>  a job type for a queue that is there, with its handler
  route <name>                GET /v1/<name>: schema, contract, controller
  table <name>                a table among the operations: its migration

Names are lower case words joined by dashes; job types may have dots: npm run new -- job invoice.send --queue billing`;

/** What a worker needs beyond files: its place in the lock file and in node_modules. */
const link = ['install', '--ignore-scripts', '--no-audit', '--no-fund', '--prefer-offline'];

interface Plan {
  readonly changes: Change[];
  readonly next: string;
  readonly isProject: boolean;
}

function plan(what: string | undefined, name: string, queue: string | undefined): Plan | undefined {
  switch (what) {
    case 'worker':
      return {
        changes: generateWorker(name),
        next: `Write the schemas in libs/jobs/src/${name}-run.ts and the handler in apps/${name}-worker/src, then: npm start`,
        isProject: true,
      };
    case 'job':
      if (queue === undefined) throw new NameError('Which queue? npm run new -- job <type> --queue <queue>');
      return {
        changes: generateJob(repository, name, queue),
        next: `Write the schemas in libs/jobs/src and the handler in apps/${queue}-worker/src, then: npm start`,
        isProject: false,
      };
    case 'route':
      return {
        changes: generateRoute(name),
        next: `Write the schema, the contract and the controller of ${name}, then: npm test`,
        isProject: false,
      };
    case 'table':
      return {
        changes: generateTable(name, Date.now()),
        next: 'Write the columns in the migration; grant it to the roles that use it in docs/roles/.',
        isProject: false,
      };
    default:
      return undefined;
  }
}

function run(): number {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { queue: { type: 'string' }, help: { type: 'boolean', short: 'h' } },
  });
  const [what, name, ...more] = positionals;
  if (values.help) {
    console.log(help);
    return 0;
  }
  const planned = name === undefined || more.length > 0 ? undefined : plan(what, name, values.queue);
  if (!planned) {
    console.error(help);
    return 2;
  }
  const paths = applyChanges(repository, planned.changes);
  spawnSync('npx', ['prettier', '--write', '--log-level=error', ...paths], {
    cwd: repository,
    stdio: 'inherit',
  });
  for (const path of paths) console.log(`written  ${path}`);
  if (planned.isProject) spawnSync('npm', link, { cwd: repository, stdio: 'inherit' });
  console.log(planned.next);
  return 0;
}

try {
  process.exitCode = run();
} catch (error) {
  const isUsage = error instanceof NameError || error instanceof ChangeError || error instanceof TypeError;
  if (!isUsage) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
