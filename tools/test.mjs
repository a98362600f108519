// Runs the tests in the order of how much of the world they need: unit, then int (on a real broker and database), then
// e2e (on the whole platform). First arguments that name stages choose them; the others go to jest.
//
//   node tools/test.mjs                       all of them
//   node tools/test.mjs int libs/kafka        one stage, one folder
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
/** By stage, the runs of jest that it takes: a project each, and how many of its files run at a time. */
const STAGES = {
  unit: [['unit', '--maxWorkers=2']],
  int: [['int', '--maxWorkers=3']],
  e2e: [
    // These mostly wait (for leases, retries, outages, the starts of their services), or count rather than time.
    ['parallel', '--maxWorkers=3'],
    // These measure what they start: beside each other they would measure each other.
    ['e2e', '--runInBand'],
  ],
  // Minutes of faults; only when asked for.
  torture: [['torture', '--runInBand']],
};
const USUAL = ['unit', 'int', 'e2e'];

const args = process.argv.slice(2);
const firstOther = args.findIndex((arg) => !Object.hasOwn(STAGES, arg));
const chosen = firstOther < 0 ? args : args.slice(0, firstOther);
const stages = chosen.length > 0 ? chosen : USUAL;
const jestArgs = args.slice(chosen.length);

const folder = mkdtempSync(join(tmpdir(), 'jobstream-results-'));
const total = { passed: 0, failed: 0, skipped: 0 };
const started = Date.now();

// The terminal sends Ctrl-C to jest too, which stops by itself; this process waits for it and starts no other stage.
let interrupted = false;
process.on('SIGINT', () => (interrupted = true));

try {
  for (const run of stages.flatMap((stage) => STAGES[stage])) if (!interrupted) add(await runJest(...run));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

const skipped = total.skipped > 0 ? `, ${total.skipped} skipped` : '';
console.log(`\n${stages.join(', ')}: ${((Date.now() - started) / 1000).toFixed(1)} s`);
console.log(`${total.passed} passed, ${total.failed} failed${skipped}`);
process.exitCode = total.failed > 0 || total.passed === 0 ? 1 : 0;

async function runJest(project, atATime) {
  const results = join(folder, `${project}.json`);
  const options = ['--selectProjects', project, '--passWithNoTests', '--json', `--outputFile=${results}`];
  const code = await new Promise((resolve, reject) => {
    const jest = spawn(
      process.execPath,
      [join(root, 'node_modules/.bin/jest'), ...options, atATime, ...jestArgs],
      {
        cwd: root,
        stdio: 'inherit',
        env: {
          ...process.env,
          NODE_OPTIONS: [
            process.env.NODE_OPTIONS,
            '--experimental-vm-modules',
            '--disable-warning=ExperimentalWarning',
          ]
            .filter(Boolean)
            .join(' '),
        },
      },
    );
    jest.once('error', reject);
    jest.once('close', resolve);
  });
  return readResults(results, code);
}

/** Jest's figures. A file that could not run, and a jest that ended badly with no failed test, count as a failure. */
function readResults(file, code) {
  let results;
  try {
    results = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return { passed: 0, failed: code === 0 ? 0 : 1, skipped: 0 };
  }
  const failed = results.numFailedTests + results.numRuntimeErrorTestSuites;
  return {
    passed: results.numPassedTests,
    failed: failed === 0 && code !== 0 ? 1 : failed,
    skipped: results.numPendingTests + results.numTodoTests,
  };
}

function add(run) {
  for (const figure of Object.keys(total)) total[figure] += run[figure];
}
