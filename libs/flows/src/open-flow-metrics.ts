import type { Database } from '@jobstream/database';
import { inTime } from '@jobstream/runtime';
import { Gauge, type Registry } from 'prom-client';

/** Flows that are counted at most: a scrape reads no more rows. */
const maxCounted = 10_000;
/** A scrape waits no longer than this for Postgres. */
const maxWaitMs = 2_000;

interface OpenFlows {
  readonly count: number;
  readonly oldestSeconds: number;
}

/**
 * Shows how flows stand over all processes, read from Postgres at each scrape. While it cannot be reached the series are absent, not
 * zero.
 * @param lag the records of ended jobs that this process has still to look at
 */
export function showOpenFlows(registry: Registry, database: Database, lag: () => number): void {
  let asked: Promise<OpenFlows | undefined> | undefined;
  const read = () =>
    (asked ??= inTime(readOpenFlows(database).catch(unknown), maxWaitMs).finally(() => (asked = undefined)));
  const add = (name: string, help: string, value: () => number | Promise<number | undefined>) =>
    new Gauge({
      name,
      help,
      registers: [registry],
      async collect() {
        const found = await value();
        if (found === undefined) this.remove();
        else this.set(found);
      },
    });
  add('jobstream_open_flows', `Flows that have not ended, counted to ${maxCounted}.`, async () => {
    return (await read())?.count;
  });
  add(
    'jobstream_oldest_open_flow_seconds',
    'Age of the oldest flow that has not ended; 0 where all have.',
    async () => {
      return (await read())?.oldestSeconds;
    },
  );
  add('jobstream_flow_lag_records', 'Records of ended jobs that no flow has heard of yet.', lag);
}

/** By the index of unfinished flows. */
async function readOpenFlows(database: Database): Promise<OpenFlows> {
  const flows = `${database.operations}.flows`;
  const { rows } = await database.query<OpenFlows>({
    name: 'open-flows',
    text: `SELECT (SELECT count(*)::integer FROM (SELECT FROM ${flows} WHERE finished_at IS NULL LIMIT $1) AS open) AS count,
             coalesce((SELECT greatest(extract(epoch FROM clock_timestamp() - created_at), 0)::double precision FROM ${flows}
                       WHERE finished_at IS NULL ORDER BY id LIMIT 1), 0) AS "oldestSeconds"`,
    values: [maxCounted],
  });
  return rows[0]!;
}

function unknown(): undefined {
  return undefined;
}
