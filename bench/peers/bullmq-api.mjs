// BullMQ behind Fastify.
import { Job, Queue, QueueEvents } from 'bullmq';
import { serveJobs, waitMs } from './front.mjs';

const states = { completed: 'succeeded', failed: 'dead_lettered', active: 'running' };
let queue;
let events;

serveJobs({
  async open({ port, queue: name }) {
    const connection = { host: '127.0.0.1', port };
    queue = new Queue(name, { connection });
    events = new QueueEvents(name, { connection });
    await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  },
  async add(type, payload) {
    const { id, timestamp } = await queue.add(type, payload);
    return { id, createdAt: new Date(timestamp) };
  },
  async read(id, waits) {
    const job = await Job.fromId(queue, id);
    if (waits && !job.finishedOn) await job.waitUntilFinished(events, waitMs);
    const state = waits ? 'completed' : await job.getState();
    return {
      type: job.name,
      state: states[state] ?? 'queued',
      payload: job.data,
      result: job.returnvalue,
      createdAt: new Date(job.timestamp).toISOString(),
      finishedAt: job.finishedOn && new Date(job.finishedOn).toISOString(),
      attempt: job.attemptsMade,
    };
  },
  close: () => Promise.all([queue?.close(), events?.close()]),
});
