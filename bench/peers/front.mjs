// Fastify in front of a peer: the smallest API with the same two routes, and the same answers as the platform's.
import { fastify } from 'fastify';
import { answerCalls } from '../dist/child.js';

/** A wait gives up after so long; the platform's client asks for as much. */
export const waitMs = 30_000;

/**
 * @param {object} peer
 * @param {(place: object) => Promise<unknown>} peer.open connects to the broker that `start` is told of
 * @param {(type: string, payload: object) => Promise<{ id: string, createdAt: Date }>} peer.add
 * @param {(id: string, waits: boolean) => Promise<object>} peer.read a job with its state; after its end, where it waits for that
 * @param {() => Promise<unknown>} peer.close
 */
export function serveJobs({ open, add, read, close }) {
  const server = fastify();
  let queue;

  server.post('/v1/jobs', async ({ body: { type, payload } }, reply) => {
    const { id, createdAt } = await add(type, payload);
    const self = `/v1/jobs/${id}`;
    const links = { self, history: `${self}/history`, stream: `${self}/stream` };
    reply.code(202).header('location', self);
    return { id, type, queue, state: 'queued', run: 1, createdAt: createdAt.toISOString(), links };
  });

  server.get('/v1/jobs/:id', async ({ params: { id }, query: { wait } }) => {
    return { id, queue, ...(await read(id, wait !== undefined)) };
  });

  const start = async (place) => {
    queue = place.queue;
    await open(place);
    return server.listen({ host: '127.0.0.1', port: 0 });
  };
  answerCalls({ start }, async () => {
    await server.close();
    await close();
  });
}
