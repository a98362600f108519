// The bare limit of accepting: Fastify alone parses the body and answers what the platform answers.
import { fastify } from 'fastify';
import { answerCalls } from '../child.js';

const server = fastify();

server.post<{ Body: { type: string } }>('/v1/jobs', async ({ body }, reply) => {
  const id = '01a20495-2546-7ab4-9119-1338e5675ed4';
  const self = `/v1/jobs/${id}`;
  reply.code(202).header('location', self);
  return {
    id,
    type: body.type,
    queue: 'probe',
    state: 'queued',
    run: 1,
    createdAt: new Date().toISOString(),
    links: { self, history: `${self}/history`, stream: `${self}/stream` },
  };
});

answerCalls({ start: () => server.listen({ host: '127.0.0.1', port: 0 }) }, () => server.close());
