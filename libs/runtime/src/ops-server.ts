import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Registry } from 'prom-client';
import { instanceHeaders, type HealthRegistry } from './health.js';
import { explainListenError } from './listen-error.js';

/** What {@link startOpsServer} takes. */
export interface OpsServerOptions {
  readonly host: string;
  /** 0 takes any free port. */
  readonly port: number;
  readonly health: HealthRegistry;
  readonly metrics: Registry;
}

/** The HTTP server of a process that has no REST of its own. */
export interface OpsServer {
  readonly port: number;
  close(): Promise<void>;
}

/**
 * Serves `/health/live` (200 as long as the process answers), `/health/ready` (200, or 503 with what is missing) and
 * `/metrics` (Prometheus text).
 * @throws ListenError when HOST or PORT can't be listened on
 */
export async function startOpsServer({ host, port, health, metrics }: OpsServerOptions): Promise<OpsServer> {
  const server = createServer((request, response) => {
    answer(request.url ?? '/', response).catch((error: Error) =>
      sendJson(response, 500, { error: error.message }),
    );
  });

  async function answer(url: string, response: ServerResponse): Promise<void> {
    switch (url.split('?', 1)[0]) {
      case '/health/live':
        return sendJson(response, 200, { live: true });
      case '/health/ready': {
        const report = await health.report();
        return sendJson(response, report.ready ? 200 : 503, report, instanceHeaders(health));
      }
      case '/metrics':
        response.writeHead(200, { 'content-type': metrics.contentType }).end(await metrics.metrics());
        return;
      default:
        return sendJson(response, 404, { error: 'Here are /health/live, /health/ready and /metrics.' });
    }
  }

  await new Promise<void>((resolve, reject) => {
    server.once('error', (error) => reject(explainListenError(error, host, port)));
    server.listen(port, host, resolve);
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

function sendJson(
  response: ServerResponse,
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
}
