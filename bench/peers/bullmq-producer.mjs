// Adds jobs to a queue of BullMQ by its library, and counts what became of them.
import { Queue } from 'bullmq';
import { answerCalls } from '../dist/child.js';
import { probeSubmission } from '../dist/job-records.js';
import { inTurns } from '../dist/load/in-turns.js';

let queue;

/** @param {{ port: number, queue: string }} input the port of Redis */
async function start({ port, queue: name }) {
  queue = new Queue(name, { connection: { host: '127.0.0.1', port } });
  await queue.waitUntilReady();
}

/** @returns seconds */
async function send({ batches, size, inFlight }) {
  const { type: name, payload: data } = probeSubmission;
  const jobs = Array.from({ length: size }, () => ({ name, data }));
  return inTurns(batches, inFlight, () => queue.addBulk(jobs));
}

/** Adds a job for each of the payloads. */
async function add(payloads) {
  await queue.addBulk(payloads.map((data) => ({ name: 'image.thumbnail', data })));
}

/** How many have ended well. */
async function completed() {
  return queue.getCompletedCount();
}

/** The ids of some that have ended. */
async function someCompleted(count) {
  return (await queue.getCompleted(0, count - 1)).map(({ id }) => id);
}

/** Forgets all jobs. */
async function clear() {
  await queue.obliterate({ force: true });
}

answerCalls({ start, send, add, completed, someCompleted, clear }, async () => queue?.close());
