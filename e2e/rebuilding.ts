import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { schemasOf, Database, quoteName } from '@jobstream/database';
import type { RebuildView } from '@jobstream/contracts/rest';
import { eventually, stackAddress, type Platform } from '@jobstream/testing';

/** Asks for a rebuild that has to be accepted. */
export async function startRebuild(platform: Platform, request: object = {}): Promise<RebuildView> {
  const { status, body } = await platform.api.post<RebuildView>('/v1/rebuilds', request);
  expect({ status, body }).toMatchObject({ status: 202 });
  return body;
}

/** The rebuild once it has ended. */
export async function endOf(platform: Platform, id: string, timeoutMs = 120_000): Promise<RebuildView> {
  return eventually(
    async () => {
      const { body } = await platform.api.get<RebuildView>(`/v1/rebuilds/${id}`);
      if (body.finishedAt === null) throw new Error(`Not ended: ${JSON.stringify(body)}`);
      return body;
    },
    { timeoutMs },
  );
}

/** The database of a platform, to look behind the interface. */
export class PlatformDatabase {
  readonly database: Database;
  readonly live: string;

  constructor(platform: Platform) {
    const schemas = schemasOf(platform.namespace);
    this.database = new Database(
      { url: platform.environment().DATABASE_URL ?? stackAddress('DATABASE_URL'), schemas },
      { statementTimeoutMs: 120_000 },
    );
    this.live = schemas.projection;
  }

  /** How many rows of two schemas are there, and how many of them are not in both with every column the same. */
  async compare(
    table: string,
    other: string,
    where: string,
    values: unknown[],
  ): Promise<{ all: number; differing: number }> {
    const rows = (schema: string) =>
      `SELECT t::text AS line FROM ${quoteName(schema)}.${table} AS t WHERE ${where}`;
    const { rows: counted } = await this.database.query<{ all: number; differing: number }>({
      text: `SELECT count(*) AS all, count(*) FILTER (WHERE a.line IS NULL OR b.line IS NULL) AS differing
             FROM (${rows(this.live)}) AS a FULL JOIN (${rows(other)}) AS b ON a.line = b.line`,
      values,
    });
    return counted[0]!;
  }

  close(): Promise<void> {
    return this.database.close();
  }
}

/** Submits `perSecond` jobs a second until it is stopped, and answers the ids of all that were accepted. */
export function submitSteadily(platform: Platform, perSecond: number): () => Promise<string[]> {
  const ids: string[] = [];
  let done = false;
  const began = performance.now();
  const submitting = (async () => {
    for (let sent = 0; !done; sent += 1) {
      const early = began + (sent * 1_000) / perSecond - performance.now();
      if (early > 0) await delay(early);
      ids.push(await platform.api.submitted('probe.run', {}));
    }
  })();
  return async () => {
    done = true;
    await submitting;
    return ids;
  };
}

/** Reads jobs, lists and histories all the time until it is stopped; answers how often, and every answer that was not 200. */
export function readSteadily(
  platform: Platform,
  ids: readonly string[],
): () => Promise<{ reads: number; failed: string[] }> {
  const failed: string[] = [];
  let reads = 0;
  let done = false;
  const reader = async (nth: number) => {
    for (let turn = nth; !done; turn += 1) {
      const id = ids[turn % ids.length]!;
      const path = [`/v1/jobs/${id}`, `/v1/jobs/${id}/history`, '/v1/jobs?limit=20', '/v1/counts'][turn % 4]!;
      const { status, body } = await platform.api.get(path);
      reads += 1;
      if (status !== 200) failed.push(`${path}: ${status} ${JSON.stringify(body)}`);
      await delay(5);
    }
  };
  const reading = Promise.all([0, 1, 2, 3].map(reader));
  return async () => {
    done = true;
    await reading;
    return { reads, failed };
  };
}
