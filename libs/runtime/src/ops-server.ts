import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describeProblem, problemKinds, type ProblemCode } from '@jobstream/contracts/rest';
import type { Registry } from 'prom-client';
import { instanceHeaders, summarize, type HealthRegistry } from './health.js';
import { explainListenError } from './listen-error.js';
import { isFromLoopback } from './loopback.js';
import { OwnHosts, protectiveHeaders } from './own-hosts.js';
import type { CommonSettings } from './settings.js';

export interface OpsServerOptions {
  /** Where it listens, and what it may be called; PORT 0 takes any free port. */
  readonly settings: Pick<CommonSettings, 'HOST' | 'PORT' | 'PUBLIC_URL' | 'ALLOWED_HOSTS'>;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
}

/** The HTTP server of a process that has no REST of its own. */
export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/health/live` (200 as long as the process answers), `/health/ready` (200, or 503; this machine is told what is missing) and
 * `/metrics` (Prometheus text), to those who call the process by a name of its own ({@link OwnHosts}).
 * @throws ListenError when HOST or PORT can't be listened on
 */
export async function startOpsServer({ settings, health, metrics }: OpsServerOptions): Promise<OpsServer> {
  const hosts = new OwnHosts(settings);
  const server = createServer((request, response) => {
    for (const [name, value] of Object.entries(protectiveHeaders)) response.setHeader(name, value);
    answer(request, response).catch((error: Error) => sendProblem(response, 'internal_error', error.message));
  });

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const refusal = hosts.refusalOf(request);
    if (refusal) return sendProblem(response, refusal.code, refusal.detail);
    const path = request.url?.split('?', 1)[0] ?? '/';
    if (!paths.includes(path))
      return sendProblem(response, 'route_not_found', `Here are ${paths.join(', ')}.`);
    if (request.method !== 'GET' && request.method !== 'HEAD') {
      response.setHeader('allow', 'GET, HEAD');
      return sendProblem(response, 'method_not_allowed', 'This path takes GET, HEAD.');
    }
    await show(path, response, isFromLoopback(request.socket.remoteAddress));
  }

  async function show(path: string, response: ServerResponse, isNear: boolean): Promise<void> {
    if (path === '/health/live') return sendJson(response, 200, { live: true });
    if (path === '/metrics') {
      response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
      return;
    }
    const report = await health.report();
    for (const [name, value] of Object.entries(instanceHeaders(health))) response.setHeader(name, value);
    sendJson(response, report.ready ? 200 : 503, isNear ? report : summarize(report));
  }

  await new Promise<void>((resolve, reject) => {
    const { HOST, PORT } = settings;
    server.once('error', (error) => reject(explainListenError(error, HOST, PORT)));
    server.listen(PORT, HOST, resolve);
  });
  return {
    port: (server.address() as AddressInfo).port,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

const paths = ['/health/live', '/health/ready', '/metrics'];

function sendJson(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}

function sendProblem(response: ServerResponse, code: ProblemCode, detail: string): void {
  response
    .writeHead(problemKinds[code].status, { 'content-type': 'application/problem+json; charset=utf-8' })
    .end(JSON.stringify(describeProblem(code, { detail }, '/requests/none')));
}
