import type { IncomingMessage } from 'node:http';
import { describeProblem, problemKinds } from '@jobstream/contracts';
import type { Logger } from '@jobstream/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf } from './problem-of.js';

export const problemType = 'application/problem+json; charset=utf-8';

/** Seconds after which a request that met an outage may be sent again. */
const retryAfterSeconds = 2;

/** How long a body that is too large may go on arriving before it is answered all the same. */
const letPassMs = 5_000;

/** Answers a request that failed with the problem document of its error, and logs what is our own fault. */
export class ProblemReplies {
  constructor(private readonly logger: Logger) {}

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const { code, details } = problemOf(error);
    const { status } = problemKinds[code];
    this.log(status, code, error, request);
    if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return;
    if (status === 401) reply.header('www-authenticate', 'Bearer realm="jobstream"');
    if (status === 503) reply.header('retry-after', retryAfterSeconds);
    const answer = () =>
      void reply
        .code(status)
        .header('content-type', problemType)
        .send(JSON.stringify(describeProblem(code, details, instanceOf(request))));
    if (code === 'body_too_large') letPass(request.raw, answer);
    else answer();
  }

  private log(status: number, code: string, error: unknown, request: FastifyRequest): void {
    // A client that went away in the middle of its body.
    if (status < 500 || request.raw.errored) return;
    const about = {
      err: error,
      code,
      request: request.id,
      method: request.method,
      route: request.routeOptions?.url,
    };
    if (status === 500) this.logger.error(about, 'a request failed');
    else this.logger.debug(about, 'a request met an outage');
  }
}

/** Drops what the client still sends, for a while: many hear no answer before they have sent all. */
function letPass(body: IncomingMessage, then: () => void): void {
  if (body.complete) return then();
  const end = () => {
    clearTimeout(timer);
    body.off('end', end).off('close', end);
    then();
  };
  const timer = setTimeout(end, letPassMs);
  body.once('end', end).once('close', end).resume();
}

/** Names a request, in problems and in the log. */
export function instanceOf(request: FastifyRequest): string {
  return `/requests/${request.id}`;
}
