import type { IncomingMessage } from 'node:http';
import { describeProblem, problemKinds, type ProblemCode } from '@jobstream/contracts/rest';
import type { Logger } from '@jobstream/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { problemOf, type FoundProblem } from './problem-of.js';

export const problemType = 'application/problem+json; charset=utf-8';

/** Seconds after which a request that met an outage may be sent again. */
const retryAfterSeconds = 2;

/** Time limit for the rest of a body that is too large: then it is answered before its end. */
const letPassMs = 5_000;

/** Problems that are found while the body still arrives. */
const partlyRead: ReadonlySet<ProblemCode> = new Set(['body_too_large', 'too_many_bytes']);

/** Problems of requests that a limit on load turns away. */
const refusals: ReadonlySet<ProblemCode> = new Set([
  ...(['too_many_bytes', 'too_many_open', 'open_share_used_up', 'rate_limited'] as const),
]);

/** Answers a request that failed with the problem document of its error, and logs what is our own fault. */
export class ProblemReplies {
  /** @param onRefused told of each request that was turned away, though nothing was wrong with it */
  constructor(
    private readonly logger: Logger,
    private readonly onRefused: (code: ProblemCode) => void = () => undefined,
  ) {}

  send(error: unknown, request: FastifyRequest, reply: FastifyReply): void {
    const found = this.note(error, request);
    if (reply.sent || reply.raw.headersSent || reply.raw.destroyed) return;
    const answer = () => void reply.send(write(found, request, reply));
    if (partlyRead.has(found.code)) letPass(request.raw, answer);
    else answer();
  }

  /** The problem document to be sent instead of an answer that is about to leave. */
  replace(error: unknown, request: FastifyRequest, reply: FastifyReply): string {
    const found = this.note(error, request);
    return write(found, request, reply.removeHeader('content-length').removeHeader('etag'));
  }

  private note(error: unknown, request: FastifyRequest): FoundProblem {
    const found = problemOf(error);
    this.log(problemKinds[found.code].status, found.code, error, request);
    if (refusals.has(found.code)) this.onRefused(found.code);
    return found;
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
    if (status === 500) this.logger.error(about, 'request failed');
    else this.logger.debug(about, 'request failed: dependency unavailable');
  }
}

/** The problem document, after status and headers were set for it. */
function write({ code, details }: FoundProblem, request: FastifyRequest, reply: FastifyReply): string {
  const { status } = problemKinds[code];
  if (status === 401) reply.header('www-authenticate', 'Bearer realm="jobstream"');
  if (status === 503 || code === 'open_share_used_up') reply.header('retry-after', retryAfterSeconds);
  reply.code(status).header('content-type', problemType);
  return JSON.stringify(describeProblem(code, details, instanceOf(request)));
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
