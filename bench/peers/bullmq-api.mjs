// BullMQ behind Fastify: the smallest API with the same two routes, and the same answers as the platform's.
import { Job, Queue, QueueEvents } from 'bullmq';
import { fastify } from 'fastify';
import { answerCalls } from '../dist/child.js';

const server = fastify();
const states = { completed: 'succeeded', failed: 'dead_lettered', active: 'running' };
let queue;
let events;

/** @param {{ port: number, queue: string }} input the port of Redis */
async function start({ port, queue: name }) {
  const connection = { host: '127.0.0.1', port };
  queue = new Queue(name, { connection });
  events = new QueueEvents(name, { connection });
  await Promise.all([queue.waitUntilReady(), events.waitUntilReady()]);
  return server.listen({ host: '127.0.0.1', port: 0 });
}

server.post('/v1/jobs', async ({ body: { type, payload } }, reply) => {
  const job = await queue.add(type, payload);
  const self = `/v1/jobs/${job.id}`;
  reply.code(202).header('location', self);
  return {
    id: job.id,
    type,
    queue: queue.name,
    state: 'queued',
    run: 1,
    createdAt: new Date(job.timestamp).toISOString(),
    links: { self, history: `${self}/history`, stream: `${self}/stream` },
  };
});

server.get('/v1/jobs/:id', async ({ params: { id }, query: { wait } }) => {
  const job = await Job.fromId(queue, id);
  if (wait !== undefined && !job.finishedOn) await job.waitUntilFinished(events, 30_000);
  const state = await (wait === undefined ? job.getState() : 'completed');
  return {
    id,
    type: job.name,
    queue: queue.name,
    state: states[state] ?? 'queued',
    payload: job.data,
    result: job.returnvalue,
    createdAt: new Date(job.timestamp).toISOString(),
    finishedAt: job.finishedOn && new Date(job.finishedOn).toISOString(),
    attempt: job.attemptsMade,
  };
});

answerCalls({ start }, async () => {
  await server.close();
  await Promise.all([queue?.close(), events?.close()]);
});
