// Adds jobs to a queue of pg-boss by its library, and counts what became of them.
import { answerCalls } from '../dist/child.js';
import { probeSubmission } from '../dist/job-records.js';
import { inTurns } from '../dist/load/in-turns.js';
import { openBoss } from './pg-boss.mjs';

let boss;
let queue;

async function start(place) {
  queue = place.queue;
  boss = await openBoss(place);
}

/** @returns seconds */
async function send({ batches, size, inFlight }) {
  const jobs = Array.from({ length: size }, () => ({ data: probeSubmission.payload }));
  return inTurns(batches, inFlight, () => boss.insert(queue, jobs));
}

/** How many have ended well. */
async function completed() {
  const text = `SELECT count(*)::int AS count FROM pgboss.job WHERE name = $1 AND state = 'completed'`;
  return (await boss.getDb().executeSql(text, [queue])).rows[0].count;
}

/** The ids of some that have ended. */
async function someCompleted(count) {
  const text = `SELECT id FROM pgboss.job WHERE name = $1 AND state = 'completed' LIMIT $2`;
  return (await boss.getDb().executeSql(text, [queue, count])).rows.map(({ id }) => id);
}

/** Forgets all jobs. */
async function clear() {
  await boss.deleteAllJobs(queue);
}

answerCalls({ start, send, completed, someCompleted, clear }, async () => boss?.stop());
