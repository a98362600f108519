import { parseArgs } from 'node:util';
import { SERVICES } from './processes/services.js';
import { UsageError } from './usage-error.js';

/** What `npm start` was asked to do. */
export interface StartOptions {
  action: 'start' | 'status' | 'help';
  /** Empty the data first. */
  fresh: boolean;
  /** Rebuild and restart what changes. */
  watch: boolean;
  /** Nodes of the embedded Kafka. */
  brokers: number;
  /** How many processes of a service, where it is not the usual number. */
  scale: ReadonlyMap<string, number>;
}

/** What `--help` prints. */
export const HELP = `npm start -- [options]

Runs the whole platform on this machine: Kafka and Postgres (embedded, unless KAFKA_BROKERS or DATABASE_URL name
others), the API, the projector and the workers. Ctrl-C stops everything.

  --fresh                  empty the data in .jobstream/ first
  --scale <service>=<n>    run n processes of a service, 0 for none; may be given several times
  --brokers <n>            an embedded Kafka of n brokers, 1 to 5 (kept with the data; change it with --fresh)
  --watch                  rebuild and restart what changes in apps/ and libs/ (npm run dev)
  --status                 show what runs and how it is, start nothing
  --help                   this text

Services: ${SERVICES.join(', ')}.

Environment: PORT (the API's, 3000), KAFKA_BROKERS, DATABASE_URL, STORAGE_DIR or STORAGE_URL, JOBSTREAM_HOME (where data
and logs go, .jobstream), JOBSTREAM_NAMESPACE, LOG_LEVEL; others reach the services as they are.
`;

/** Reads the arguments of `npm start`. Throws {@link UsageError}. */
export function readStartOptions(args: readonly string[]): StartOptions {
  const { values } = parse(args);
  return {
    action: values.help ? 'help' : values.status ? 'status' : 'start',
    fresh: values.fresh ?? false,
    watch: values.watch ?? false,
    brokers: readCount('--brokers', values.brokers ?? '1', 1, 5),
    scale: new Map((values.scale ?? []).map(readScale)),
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      options: {
        fresh: { type: 'boolean' },
        scale: { type: 'string', multiple: true },
        brokers: { type: 'string' },
        watch: { type: 'boolean' },
        status: { type: 'boolean' },
        help: { type: 'boolean', short: 'h' },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message, { cause: error });
  }
}

function readScale(text: string): [string, number] {
  const [service = '', count = '', ...more] = text.split('=');
  if (!SERVICES.includes(service) || more.length > 0) {
    throw new UsageError(`--scale takes <service>=<n>, not "${text}". Services: ${SERVICES.join(', ')}.`);
  }
  return [service, readCount(`--scale ${service}`, count, 0, 32)];
}

function readCount(what: string, text: string, least: number, most: number): number {
  const count = /^\d+$/.test(text) ? Number(text) : NaN;
  if (count >= least && count <= most) return count;
  throw new UsageError(`${what} takes a whole number from ${least} to ${most}, not "${text}".`);
}
