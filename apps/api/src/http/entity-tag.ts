import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** Answers with JSON under a tag that follows from it, or with 304 alone if that is what the client has. */
export async function sendUnlessKnown(
  json: string,
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
): Promise<void> {
  const tag = `"${createHash('sha256').update(json).digest('base64url')}"`;
  reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  if (headers['if-none-match'] === tag) await reply.code(304).send();
  else await reply.type('application/json; charset=utf-8').send(json);
}
