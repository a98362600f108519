// A worker with handlers that do what no handler should, isolated in processes and threads, beside one that is not isolated.
import { setTimeout as sleep } from 'node:timers/promises';
import { threadId } from 'node:worker_threads';
import { defineJob, defineQueue, worker } from '@jobstream/worker';
import { z } from 'zod';

// Jest takes what V8 says of a full heap, which comes through here, for the end of its own process.
process.stderr.write = () => true;

const queue = defineQueue('isolation');
const quick = defineJob({ type: 'isolation.quick', queue, payload: z.object({}), result: z.null() });
const asked = {
  queue,
  payload: z.object({ how: z.enum(['return', 'leak', 'fault']) }),
  result: z.object({ pid: z.int(), threadId: z.int() }),
  memory: '64MB',
};
const inProcess = defineJob({ ...asked, type: 'isolation.process', isolation: 'process' });
const inThread = defineJob({ ...asked, type: 'isolation.thread', isolation: 'thread' });
const spinning = { queue, payload: z.object({}), result: z.null(), timeout: '5s' };
const spinInProcess = defineJob({ ...spinning, type: 'isolation.process.spin', isolation: 'process' });
const spinInThread = defineJob({ ...spinning, type: 'isolation.thread.spin', isolation: 'thread' });

function spin() {
  for (;;) Math.sqrt(2);
}

async function run({ how }, context) {
  switch (how) {
    case 'return':
      context.progress({ done: 1 });
      context.enqueue(quick, {});
      return { pid: process.pid, threadId };
    case 'leak':
      for (const kept = []; ; await sleep(1)) kept.push(Array.from({ length: 100_000 }, () => ({})));
    case 'fault':
      process.kill(process.pid, 'SIGSEGV');
      return sleep(60_000);
  }
}

const handlers = [
  quick.handle(async () => {
    await sleep(20);
    return null;
  }),
  inProcess.handle(run),
  inThread.handle(run),
  spinInProcess.handle(spin),
  spinInThread.handle(spin),
];
await worker({ handlers, concurrency: 20, owner: 'isolation' }).run();
