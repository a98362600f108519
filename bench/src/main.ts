// npm run bench: the platform beside its bare limits and its peers.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { compare } from './compare.js';
import { describeCommit, describeMachine, describeSides } from './describe-run.js';
import type { Figure } from './figure.js';
import { figures } from './figures.js';
import { helpText, readOptions, type BenchOptions } from './options.js';
import type { Peer } from './peers/peer.js';
import { startPeer } from './peers/start-peer.js';
import { Profiler } from './profile/profiler.js';
import { publish, readReport, writeReport } from './publish.js';
import type { Report } from './report.js';
import { formatProfiles, formatResult, formatSample } from './report-text.js';
import { resultsFolder, Stand } from './stand.js';
import { UsageError } from './usage-error.js';

const say = (line: string) => console.log(line);

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) return void process.stdout.write(helpText());
  if (options.draw !== undefined) return draw(options, options.draw);
  mkdirSync(resultsFolder, { recursive: true });
  const chosen = figures.filter(({ name }) => options.only.includes(name));
  const profiler = options.profile ? new Profiler(join(resultsFolder, 'profiles')) : undefined;
  say('starting Kafka and Postgres');
  const stand = await Stand.start(profiler);
  try {
    if (profiler) await profile(stand, options, chosen, profiler);
    else await measure(stand, options, chosen, `npm run bench -- ${args.join(' ')}`.trimEnd());
  } finally {
    await stand.stop();
  }
}

async function draw(options: BenchOptions, file: string): Promise<void> {
  const report = readReport(file);
  const path = file.replace(/\.json$/, '');
  writeReport(path, report);
  say(`written to ${path}.md and .svg`);
  if (options.publish) say(`written to ${(await publish(report)).join(' and ')}`);
}

async function measure(
  stand: Stand,
  options: BenchOptions,
  chosen: readonly Figure[],
  command: string,
): Promise<void> {
  const peers: Peer[] = [];
  try {
    for (const name of options.peers) {
      say(`starting ${name}`);
      peers.push(await startPeer(name, stand));
    }
    const report = await compareAll(stand, options, chosen, peers, command);
    if (options.publish) say(`written to ${(await publish(report)).join(' and ')}`);
  } finally {
    await Promise.all(peers.map((peer) => peer.stop()));
  }
}

/** Writes what there is after each figure: a long run may be ended in its middle. */
async function compareAll(
  stand: Stand,
  options: BenchOptions,
  chosen: readonly Figure[],
  peers: readonly Peer[],
  command: string,
): Promise<Report> {
  const at = new Date().toISOString();
  const path = resultsPath('results', at);
  const known = { at, command, commit: describeCommit(), machine: describeMachine(), rounds: options.rounds };
  let report: Report = { ...known, sides: describeSides(stand, peers), results: [] };
  for (const figure of chosen) {
    const result = await compare({ stand, options, peers, say }, figure);
    report = { ...report, results: [...report.results, result] };
    writeReport(path, report);
    say(`\n${formatResult(result)}\n`);
  }
  if (report.results.some(({ failures }) => failures.length > 0)) process.exitCode = 1;
  say(`written to ${path}.json, .md and .svg`);
  return report;
}

async function profile(
  stand: Stand,
  options: BenchOptions,
  chosen: readonly Figure[],
  profiler: Profiler,
): Promise<void> {
  const results = [];
  for (const figure of chosen) {
    say(`${figure.name}: profiling`);
    const contest = await figure.prepare(stand, options);
    try {
      const sample = await contest.platform();
      const profiles = profiler.take();
      results.push({ figure: figure.name, sample, profiles });
      say(`\n${figure.title}\n${formatSample(sample)}\n\n${formatProfiles(profiles)}\n`);
    } finally {
      await contest.close();
    }
  }
  const file = `${resultsPath('profile', new Date().toISOString())}.json`;
  writeFileSync(
    file,
    `${JSON.stringify({ machine: describeMachine(), commit: describeCommit(), options, results }, null, 2)}\n`,
  );
  say(`written to ${file}`);
}

/** Without an ending. */
function resultsPath(name: string, at: string): string {
  return join(resultsFolder, `${name}-${at.replaceAll(':', '-')}`);
}

// Ending by `exit` ends the services too; broker and database end with their guard.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
