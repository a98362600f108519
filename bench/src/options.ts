import { parseArgs } from 'node:util';
import { figures } from './figures.js';
import { peerNames, readPeerNames, type PeerName } from './peers/peer-names.js';
import { UsageError } from './usage-error.js';

/** What `npm run bench` was asked to do. */
export interface BenchOptions {
  readonly help: boolean;
  /** Names of figures, in the order of {@link figures}. */
  readonly only: readonly string[];
  /**
   * Jobs of one measurement of `drain`, `bulk`, `memory` and `consoles`; the other figures that count jobs take a share of it, and slow peers
   * too.
   */
  readonly jobs: number;
  /** Rows that the tables have at most in `grow`, and in `console`. */
  readonly rows: number;
  /** Measurements of each side. */
  readonly rounds: number;
  /** How long one measurement of `accept`, `flow`, `get` and `list` sends requests. */
  readonly seconds: number;
  /** Measure where the platform's processes spend their time instead of how fast they are. */
  readonly profile: boolean;
  /** Who is measured as well. */
  readonly peers: readonly PeerName[];
  /** Write table and picture into the docs too. */
  readonly publish: boolean;
  /** Draw the table and picture of this results file, and measure nothing. */
  readonly draw: string | undefined;
}

/** What `--help` prints. */
export function helpText(): string {
  const lines = figures.map(({ name, title }) => `  ${name.padEnd(16)} ${title}`);
  return `npm run bench -- [options]

Measures the platform beside its bare limit: the same loop on the same broker and database without the platform. The two
take turns in one run, and what counts is the median of the ratios of neighbours: a machine's own speed drifts too much
for anything else. Starts a throwaway Kafka and Postgres, unless KAFKA_BROKERS and DATABASE_URL name others.

  --only <figure>    measure this one only; may be given several times
  --jobs <n>         jobs of one measurement of drain, bulk, memory and consoles (200000)
  --rows <n>         rows that the tables of grow and console have in the end (1000000)
  --rounds <n>       measurements of each side (3)
  --seconds <n>      how long one measurement of accept, flow, get and list lasts (8)
  --peers            measure BullMQ as well, where it can do the same: as --peer bullmq
  --peer <name>      measure a peer as well; may be given several times: ${peerNames.join(', ')}, or all
  --publish          write the table and the picture to docs/measured.md and docs/pictures/bench.svg as well
  --draw <file>      write the table and the picture of a results file again, and measure nothing
  --profile          show where the platform's processes spend their time, module by module, instead
  --help             this text

Figures:
${lines.join('\n')}

Results are printed, and written to bench/results/ as JSON, as a table in Markdown and as a picture in SVG. A figure or a
peer that fails is left out, and said; the others go on.

BullMQ and Celery need redis-server on the machine, Celery also Python 3.11 with pip; what they need of npm and pip is
installed for the bench alone, in fixed versions.
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
    rows: readCount('--rows', values.rows ?? '1000000', 20_000, 100_000_000),
    rounds: readCount('--rounds', values.rounds ?? '3', 1, 100),
    seconds: readCount('--seconds', values.seconds ?? '8', 1, 600),
    profile: values.profile ?? false,
    peers: readPeerNames([...(values.peers ? ['bullmq'] : []), ...(values.peer ?? [])]),
    publish: values.publish ?? false,
    draw: values.draw,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        only: { type: 'string', multiple: true },
        jobs: { type: 'string' },
        rows: { type: 'string' },
        rounds: { type: 'string' },
        seconds: { type: 'string' },
        profile: { type: 'boolean' },
        peers: { type: 'boolean' },
        peer: { type: 'string', multiple: true },
        publish: { type: 'boolean' },
        draw: { type: 'string' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function readCount(what: string, text: string, least: number, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(`${what} takes a whole number from ${least} to ${most}, not "${text}".`);
}
