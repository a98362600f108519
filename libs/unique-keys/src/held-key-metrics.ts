import type { Database } from '@jobstream/database';
import { inTime } from '@jobstream/runtime';
import { Gauge, type Registry } from 'prom-client';

/** Keys that are counted at most: a scrape reads no more rows. */
const maxCounted = 10_000;
/** A scrape waits no longer than this for Postgres. */
const maxWaitMs = 2_000;

/** Shows how many unique keys are held, over all processes. While Postgres cannot be reached the series is absent, not zero. */
export function showHeldKeys(registry: Registry, database: Database): void {
  const read = () => inTime(countHeld(database).catch(unknown), maxWaitMs);
  new Gauge({
    name: 'jobstream_unique_keys_held',
    help: `Unique keys that jobs hold, counted to ${maxCounted}.`,
    registers: [registry],
    async collect() {
      const count = await read();
      if (count === undefined) this.remove();
      else this.set(count);
    },
  });
}

async function countHeld(database: Database): Promise<number> {
  const { rows } = await database.query<{ count: number }>({
    name: 'held-keys',
    text: `SELECT count(*)::integer AS count FROM (SELECT FROM ${database.operations}.unique_keys LIMIT $1) AS held`,
    values: [maxCounted],
  });
  return rows[0]!.count;
}

function unknown(): undefined {
  return undefined;
}
