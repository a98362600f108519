// Graphile Worker behind Fastify.
import { setTimeout as sleep } from 'node:timers/promises';
import { makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';
import { serveJobs, waitMs } from './front.mjs';
import { endedTable, logger } from './graphile.mjs';

/** It has no call that waits for the end of a job, so the table is asked again. */
const askMs = 2;
const ended = {
  name: 'ended',
  text: 'SELECT type, payload, result, attempt, created_at, finished_at FROM public.graphile_ended WHERE id = $1',
};
let pool;
let utils;
let queue;

serveJobs({
  async open({ databaseUrl, queue: name }) {
    queue = name;
    pool = new pg.Pool({ connectionString: databaseUrl, max: 20 });
    pool.on('error', (error) => console.error(error));
    utils = await makeWorkerUtils({ connectionString: databaseUrl, maxPoolSize: 20, logger });
    await utils.migrate();
    await pool.query(endedTable);
  },
  async add(type, payload) {
    const { id, created_at: createdAt } = await utils.addJob(queue, payload);
    return { id, createdAt };
  },
  async read(id, waits) {
    const until = Date.now() + waitMs;
    const ask = async () => (await pool.query({ ...ended, values: [id] })).rows[0];
    let row = await ask();
    while (waits && row === undefined && Date.now() < until) {
      await sleep(askMs);
      row = await ask();
    }
    if (row === undefined) return { state: 'queued' };
    const { created_at: createdAt, finished_at: finishedAt, ...job } = row;
    const times = { createdAt: createdAt.toISOString(), finishedAt: finishedAt.toISOString() };
    return { state: 'succeeded', ...job, ...times };
  },
  close: async () => {
    await utils?.release();
    await pool?.end();
  },
});
