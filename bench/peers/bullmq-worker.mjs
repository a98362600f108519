// One BullMQ worker whose handler does nothing, as the platform's probe does.
import { Worker } from 'bullmq';
import { answerCalls } from '../dist/child.js';
import { resultOf } from './result-of.mjs';

let worker;

/** @param {{ port: number, queue: string, concurrency: number }} input the port of Redis */
async function start({ port, queue, concurrency }) {
  worker = new Worker(queue, async ({ attemptsMade, data }) => resultOf(attemptsMade + 1, data), {
    connection: { host: '127.0.0.1', port },
    concurrency,
  });
  await worker.waitUntilReady();
}

answerCalls({ start }, async () => worker?.close());
