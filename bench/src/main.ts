// npm run bench: the platform beside its bare limits.
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { alternate, judge } from './alternate.js';
import type { Contest, Figure } from './figure.js';
import { figures } from './figures.js';
import { helpText, readOptions, type BenchOptions } from './options.js';
import { Bullmq } from './peers/bullmq.js';
import { bullmqSides } from './peers/bullmq-sides.js';
import { Profiler } from './profile/profiler.js';
import { describeMachine, formatProfiles, formatResult, formatSample, type Result } from './report.js';
import { resultsFolder, Stand } from './stand.js';
import { UsageError } from './usage-error.js';

const say = (line: string) => console.log(line);

async function main(args: readonly string[]): Promise<void> {
  const options = readOptions(args);
  if (options.help) return void process.stdout.write(helpText());
  mkdirSync(resultsFolder, { recursive: true });
  const chosen = figures.filter(({ name }) => options.only.includes(name));
  const profiler = options.profile ? new Profiler(join(resultsFolder, 'profiles')) : undefined;
  say('starting Kafka and Postgres');
  const stand = await Stand.start(profiler);
  try {
    if (profiler) await profile(stand, options, chosen, profiler);
    else await compare(stand, options, chosen);
  } finally {
    await stand.stop();
  }
}

async function compare(stand: Stand, options: BenchOptions, chosen: readonly Figure[]): Promise<void> {
  const results: Result[] = [];
  const bullmq = options.peers ? await Bullmq.start(options.redisFsync) : undefined;
  try {
    for (const figure of chosen) {
      say(`${figure.name}: preparing`);
      const contest = await prepare(stand, options, figure, bullmq);
      try {
        const measured = await alternate(contest, options.rounds, (side, round, sample) =>
          say(`${figure.name}: ${side} ${round} of ${options.rounds}: ${formatSample(sample)}`),
        );
        results.push({ figure: figure.name, measured, verdicts: judge(figure, measured) });
        say(`\n${formatResult(figure, results.at(-1)!)}\n`);
      } finally {
        await contest.close();
      }
    }
  } finally {
    await bullmq?.stop();
  }
  write('results', { machine: describeMachine(), options, results });
}

/** With BullMQ among the rivals, where it can do the same. */
async function prepare(
  stand: Stand,
  options: BenchOptions,
  figure: Figure,
  bullmq: Bullmq | undefined,
): Promise<Contest> {
  const contest = await figure.prepare(stand, options);
  const side = bullmq && (await bullmqSides[figure.name]?.(bullmq, options));
  if (side === undefined) return contest;
  return {
    platform: contest.platform,
    rivals: { ...contest.rivals, bullmq: side.measure },
    close: async () => {
      await Promise.all([side.close(), contest.close()]);
    },
  };
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
  write('profile', { machine: describeMachine(), options, results });
}

function write(name: string, content: object): void {
  const file = join(resultsFolder, `${name}-${new Date().toISOString().replaceAll(':', '-')}.json`);
  writeFileSync(file, `${JSON.stringify(content, null, 2)}\n`);
  say(`written to ${file}`);
}

// Ending by `exit` ends the services too; broker and database end with their guard.
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(1));

try {
  await main(process.argv.slice(2));
} catch (error) {
  console.error(error instanceof UsageError ? error.message : error);
  process.exitCode = 1;
}
