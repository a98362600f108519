// One BullMQ worker whose handler does nothing, as the platform's probe does.
import { Worker } from 'bullmq';
import { answerCalls } from '../dist/child.js';

let worker;

/** @param {{ port: number, queue: string, concurrency: number }} input the port of Redis */
async function start({ port, queue, concurrency }) {
  worker = new Worker(queue, async (job) => resultOf(job), {
    connection: { host: '127.0.0.1', port },
    concurrency,
  });
  await worker.waitUntilReady();
}

function resultOf({ attemptsMade, data: { note } }) {
  return { attempt: attemptsMade + 1, sleptMs: 0, cpuMs: 0, output: '', note };
}

answerCalls({ start }, async () => worker?.close());
