import { parseArgs } from 'node:util';
import { figures } from './figures.js';
import type { RedisFsync } from './peers/redis.js';
import { UsageError } from './usage-error.js';

/** What `npm run bench` was asked to do. */
export interface BenchOptions {
  readonly help: boolean;
  /** Names of figures, in the order of {@link figures}. */
  readonly only: readonly string[];
  /** Jobs of one measurement of `drain`, `bulk` and `memory`; the other figures that count jobs take a share of it. */
  readonly jobs: number;
  /** Measurements of each side. */
  readonly rounds: number;
  /** How long one measurement of `accept`, `flow`, `get` and `list` sends requests. */
  readonly seconds: number;
  /** Measure where the platform's processes spend their time instead of how fast they are. */
  readonly profile: boolean;
  /** Measure BullMQ as well. */
  readonly peers: boolean;
  readonly redisFsync: RedisFsync;
}

/** What `--help` prints. */
export function helpText(): string {
  const lines = figures.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`);
  return `npm run bench -- [options]

Measures the platform beside its bare limit: the same loop on the same broker and database without the platform. The two
take turns in one run, and what counts is the median of the ratios of neighbours: a machine's own speed drifts too much
for anything else. Starts a throwaway Kafka and Postgres, unless KAFKA_BROKERS and DATABASE_URL name others.

  --only <figure>    measure this one only; may be given several times
  --jobs <n>         jobs of one measurement of drain, bulk and memory (200000)
  --rounds <n>       measurements of each side (3)
  --seconds <n>      how long one measurement of accept, flow, get and list lasts (8)
  --peers            measure BullMQ on Redis as well, where it can do the same; needs redis-server
  --redis-fsync <w>  when its file reaches the disk: everysec or always (everysec)
  --profile          show where the platform's processes spend their time, module by module, instead
  --help             this text

Figures:
${lines.join('\n')}

Results are printed, and written to bench/results/ as JSON.
`;
}

/** Reads the arguments of `npm run bench`. Throws {@link UsageError}. */
export function readOptions(args: readonly string[]): BenchOptions {
  const { values } = parse(args);
  const names = figures.map(({ name }) => name);
  for (const name of values.only ?? []) {
    if (!names.includes(name))
      throw new UsageError(`--only takes one of ${names.join(', ')}, not "${name}".`);
  }
  return {
    help: values.help ?? false,
    only: names.filter((name) => values.only === undefined || values.only.includes(name)),
    jobs: readCount('--jobs', values.jobs ?? '200000', 1_000, 10_000_000),
    rounds: readCount('--rounds', values.rounds ?? '3', 1, 100),
    seconds: readCount('--seconds', values.seconds ?? '8', 1, 600),
    profile: values.profile ?? false,
    peers: values.peers ?? false,
    redisFsync: readFsync(values['redis-fsync'] ?? 'everysec'),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        jobs: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        profile: { type: 'boolean' },
        peers: { type: 'boolean' },
        'redis-fsync': { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function readFsync(text: string): RedisFsync {
  if (text === 'everysec' || text === 'always') return text;
  throw new UsageError(`--redis-fsync takes everysec or always, not "${text}".`);
}

function readCount(what: string, text: string, least: number, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(`${what} takes a whole number from ${least} to ${most}, not "${text}".`);
}
