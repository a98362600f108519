import { randomBytes } from 'node:crypto';
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { maxBodyBytes } from '@jobstream/contracts';
import { describeProblem, problemKinds, type Fault, type ProblemCode } from '@jobstream/contracts/rest';
import { protectiveHeaders, type OwnHosts } from '@jobstream/runtime';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { limitAnswers } from './answer-limits.js';
import type { BytesInFlight } from './bytes-in-flight.js';
import { parseJsonBody } from './json-body.js';
import { ProblemError } from './problem-error.js';
import { problemType, type ProblemReplies } from './problem-reply.js';
import { readBytes } from './read-bytes.js';
import { refuseOtherMethods } from './route-methods.js';
import type { TrafficSettings } from './traffic-settings.js';
import { Turns } from './turns.js';

declare module 'fastify' {
  interface FastifyContextConfig {
    /** Bytes a JSON body of this route may have; {@link maxBodyBytes} unless given. */
    bodyLimit?: number;
    /** The handler takes the body as a stream, whatever its type. */
    streamed?: boolean;
    /** The handler answers for each item of the body, also for `inexactNumbers`. */
    itemwise?: boolean;
  }
  interface FastifyRequest {
    /** Numbers of a JSON body that JavaScript cannot hold exactly. Empty unless the route is `itemwise`: others refuse the body. */
    inexactNumbers: readonly Fault[];
    /** The answer to the request. */
    response: ServerResponse;
  }
}

/** A request has to arrive whole within this time; an upload over a slow line too. */
const requestTimeoutMs = 120_000;
const headersTimeoutMs = 15_000;

export interface HttpServerOptions {
  readonly replies: ProblemReplies;
  /** The names that requests may call the server by. */
  readonly hosts: OwnHosts;
  readonly traffic: Pick<TrafficSettings, 'MAX_CONNECTIONS' | 'ANSWER_TIMEOUT_SECONDS'>;
  readonly bytes: BytesInFlight;
  /** A connection was closed: it was one too many, or its client took nothing of its answer. */
  onDropped(this: void, why: 'too_many_connections' | 'unread_answer'): void;
}

/**
 * Fastify under Nest, set up so that every answer is ours: bodies are JSON unless the route says `streamed`, and what
 * Fastify or Node refuse before a route is found is a problem document too.
 */
export function createHttpServer({
  replies,
  hosts,
  traffic,
  bytes,
  onDropped,
}: HttpServerOptions): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: maxBodyBytes,
    genReqId: numberRequests(),
    requestIdHeader: false,
    // Connections that are open when the process drains are served to the end of their request.
    return503OnClosing: false,
    forceCloseConnections: 'idle',
    requestTimeout: requestTimeoutMs,
    connectionTimeout: traffic.ANSWER_TIMEOUT_SECONDS * 1_000,
    http: { headersTimeout: headersTimeoutMs },
    routerOptions: { maxParamLength: 256 },
    frameworkErrors: (error: Error, request: FastifyRequest, reply: FastifyReply) =>
      replies.send(error, request, reply.headers(protectiveHeaders)),
    clientErrorHandler: refuse,
  });
  const server = adapter.getInstance<FastifyInstance>();
  server.addHook('onRoute', (route) => {
    if (route.config?.bodyLimit !== undefined) route.bodyLimit = route.config.bodyLimit;
    if (route.config?.streamed) route.onRequest = refuseDocuments;
  });
  limitConnections(server.server, traffic.MAX_CONNECTIONS, () => onDropped('too_many_connections'));
  limitAnswers(server, { bytes, replies, onUnread: () => onDropped('unread_answer') });
  refuseForeignRequests(server, hosts);
  refuseOtherMethods(server);
  passOverEmptyBodies(server);
  takeBodies(server, bytes);
  return adapter;
}

function limitConnections(server: Server, most: number, onDrop: () => void): void {
  server.maxConnections = most;
  server.on('drop', onDrop);
}

/** Nothing is looked at of a request that other sites may have sent, or that is meant for another server. */
function refuseForeignRequests(server: FastifyInstance, hosts: OwnHosts): void {
  server.addHook('onRequest', (request, reply, done) => {
    reply.headers(protectiveHeaders);
    const refusal = hosts.refusalOf(request.raw);
    done(refusal && new ProblemError(refusal.code, refusal.detail));
  });
}

/** A request without content has no body, whatever type it names: many clients name one always. */
function passOverEmptyBodies(server: FastifyInstance): void {
  server.addHook('onRequest', ({ headers }, _, done) => {
    const isEmpty =
      headers['transfer-encoding'] === undefined && Number(headers['content-length'] ?? 0) === 0;
    if (isEmpty) delete headers['content-type'];
    done();
  });
}

function takeBodies(server: FastifyInstance, bytes: BytesInFlight): void {
  server.decorateRequest('inexactNumbers');
  server.decorateRequest('response');
  server.addHook('onRequest', (request, reply, done) => {
    request.inexactNumbers = [];
    request.response = reply.raw;
    done();
  });
  server.removeAllContentTypeParsers();
  const large = new Turns();
  server.addContentTypeParser(
    'application/json',
    async (request: FastifyRequest, payload: IncomingMessage) => {
      const { headers, routeOptions } = request;
      if (headers['content-encoding'] !== undefined)
        throw new ProblemError('unsupported_media_type', 'Send the body without `Content-Encoding`.');
      const hold = (length: number) => bytes.take(request.response, length);
      const declared = Number(headers['content-length']);
      const body = await readBytes(payload, { declared, most: routeOptions.bodyLimit, onPiece: hold });
      if (body.length > maxBodyBytes) await large.next();
      const { itemwise = false } = routeOptions.config;
      const { value, inexactNumbers } = parseJsonBody(body, { isBatch: itemwise, admit: hold });
      if (inexactNumbers.length > 0 && !itemwise) throw inexact(inexactNumbers);
      request.inexactNumbers = inexactNumbers;
      return value;
    },
  );
  server.addContentTypeParser('*', (request, body, done) => {
    if (request.routeOptions.config.streamed) return done(null, body);
    done(new ProblemError('unsupported_media_type', 'Send JSON, as `application/json`.'));
  });
}

function inexact(errors: readonly Fault[]): ProblemError {
  return new ProblemError('invalid_request', 'The body has numbers that would change.', {
    errors: [...errors],
  });
}

/** On a route that takes bytes: what curl sends without being told a type, and what says it is an image. */
const bytesType = /^(image\/|application\/(octet-stream|x-www-form-urlencoded)\b)/i;

function refuseDocuments(request: FastifyRequest, _: FastifyReply, done: (error?: Error) => void): void {
  const type = request.headers['content-type'];
  if (type === undefined || bytesType.test(type)) return done();
  done(
    new ProblemError('unsupported_media_type', 'Send the bytes of the image as the body: curl -T photo.jpg'),
  );
}

/** Ids of requests: a random part for the process, then a count. */
function numberRequests(): () => string {
  const process = randomBytes(4).toString('hex');
  let count = 0;
  return () => `${process}-${(++count).toString(36)}`;
}

/** Answers what is not HTTP enough to become a request, then closes the connection. */
function refuse(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const { code, detail } = byNodeCode[error.code ?? ''] ?? malformed;
  const body = JSON.stringify(describeProblem(code, { detail }, '/requests/none'));
  socket.end(
    [
      `HTTP/1.1 ${problemKinds[code].status} ${problemKinds[code].title}`,
      `content-type: ${problemType}`,
      `content-length: ${Buffer.byteLength(body)}`,
      ...Object.entries(protectiveHeaders).map(([name, value]) => `${name}: ${value}`),
      'connection: close',
      '',
      body,
    ].join('\r\n'),
  );
}

interface Refusal {
  readonly code: ProblemCode;
  readonly detail: string;
}

const malformed: Refusal = { code: 'malformed_request', detail: 'The request is not well-formed HTTP/1.1.' };

const byNodeCode: Readonly<Record<string, Refusal>> = {
  HPE_HEADER_OVERFLOW: {
    code: 'headers_too_large',
    detail: 'The request line and headers take at most 16 KiB.',
  },
  ERR_HTTP_REQUEST_TIMEOUT: {
    code: 'request_timeout',
    detail: `A request has to arrive within ${requestTimeoutMs / 1_000} seconds.`,
  },
};
