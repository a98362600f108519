import type { ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { FastifyInstance } from 'fastify';
import { noRoom, type BytesInFlight } from './bytes-in-flight.js';
import type { ProblemReplies } from './problem-reply.js';

/** An answer as small as health and problems are leaves always. */
const smallBytes = 16 * 1024;

const reading = new Set(['GET', 'HEAD']);

export interface AnswerLimits {
  readonly bytes: BytesInFlight;
  readonly replies: ProblemReplies;
  /** A connection was ended since its client took nothing of its answer. */
  onUnread(this: void): void;
}

/**
 * Bounds what answers hold that nobody reads. One that is whole counts until the client has taken it; where there is no room for
 * it, a request that only reads is refused instead. What a request has done is told always.
 *
 * A connection that moves no byte for as long as the server's `timeout` is ended, if there is an answer for it to take.
 */
export function limitAnswers(server: FastifyInstance, { bytes, replies, onUnread }: AnswerLimits): void {
  server.addHook('onRequest', (_, reply, done) => {
    endWhereUnread(reply.raw, onUnread);
    done();
  });
  server.addHook('onSend', (request, reply, payload, done) => {
    const length = lengthOf(payload);
    const isRefused = length > smallBytes && reading.has(request.method) && !bytes.hasRoom(length);
    if (isRefused) return done(null, replies.replace(noRoom(), request, reply));
    if (length > 0) bytes.add(reply.raw, length);
    done();
  });
}

/** Streams hold no more than a piece of what they carry. */
function lengthOf(payload: unknown): number {
  if (typeof payload === 'string') return Buffer.byteLength(payload);
  return payload instanceof Uint8Array ? payload.byteLength : 0;
}

/** Node times each connection; what waits for its answer, or for its next event, is left alone. */
function endWhereUnread(response: ServerResponse, onUnread: () => void): void {
  response.on('timeout', (socket: Socket) => {
    if (socket.writableLength === 0) return;
    onUnread();
    socket.destroy();
  });
}
