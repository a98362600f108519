import { createHash } from 'node:crypto';
import type { FastifyReply, FastifyRequest } from 'fastify';

/** A JSON text as bytes, and the tag that follows from it. */
export interface TaggedJson {
  readonly json: Buffer;
  readonly tag: string;
}

/** @param value what has a JSON text */
export function tagJson(value: object): TaggedJson {
  const json = Buffer.from(JSON.stringify(value));
  return { json, tag: `"${createHash('sha256').update(json).digest('base64url')}"` };
}

/** Answers with the JSON under its tag, or with 304 alone if that is what the client has. */
export async function sendUnlessKnown(
  { json, tag }: TaggedJson,
  { headers }: Pick<FastifyRequest, 'headers'>,
  reply: FastifyReply,
): Promise<void> {
  reply.headers({ etag: tag, 'cache-control': 'private, no-cache' });
  if (headers['if-none-match'] === tag) await reply.code(304).send();
  else await reply.type('application/json; charset=utf-8').send(json);
}
