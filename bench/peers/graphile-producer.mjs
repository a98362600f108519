// Adds jobs of Graphile Worker by its library, and counts what became of them.
import { makeWorkerUtils } from 'graphile-worker';
import pg from 'pg';
import { answerCalls } from '../dist/child.js';
import { probeSubmission } from '../dist/job-records.js';
import { inTurns } from '../dist/load/in-turns.js';
import { endedTable, logger } from './graphile.mjs';

let pool;
let utils;
let queue;

async function start({ databaseUrl, queue: name }) {
  queue = name;
  pool = new pg.Pool({ connectionString: databaseUrl, max: 10 });
  pool.on('error', (error) => console.error(error));
  utils = await makeWorkerUtils({ connectionString: databaseUrl, maxPoolSize: 10, logger });
  await utils.migrate();
  await pool.query(endedTable);
}

/** @returns seconds */
async function send({ batches, size, inFlight }) {
  const jobs = Array.from({ length: size }, () => ({ identifier: queue, payload: probeSubmission.payload }));
  return inTurns(batches, inFlight, () => utils.addJobs(jobs));
}

/** How many have ended well. */
async function completed() {
  const text = 'SELECT count(*)::int AS count FROM public.graphile_ended WHERE queue = $1';
  return (await pool.query(text, [queue])).rows[0].count;
}

/** The ids of some that have ended. */
async function someCompleted(count) {
  const text = 'SELECT id FROM public.graphile_ended WHERE queue = $1 LIMIT $2';
  return (await pool.query(text, [queue, count])).rows.map(({ id }) => id);
}

/** Forgets all jobs. */
async function clear() {
  await pool.query('DELETE FROM graphile_worker._private_jobs');
  await pool.query('DELETE FROM public.graphile_ended WHERE queue = $1', [queue]);
}

answerCalls({ start, send, completed, someCompleted, clear }, async () => {
  await utils?.release();
  await pool?.end();
});
