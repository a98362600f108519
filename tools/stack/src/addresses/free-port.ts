import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports from here to there, exclusive: below those that systems give to outgoing connections (Linux from 32,768 on, others
 * from 49,152), any of which could take a port between its choice and its use, or while its user restarts. Those from 20,000 on
 * are left to tests.
 */
const defaultRange = [10_000, 20_000] as const;
const chosen = new Set<number>();

/**
 * A port of `host` that is free now: `preferred` when it is, else a random one of `range` that this process was not given
 * before.
 * It is not kept: between this answer and its use another process may take it, so the user of the port must be ready to ask
 * again.
 */
export async function findFreePort(
  preferred?: number,
  range: readonly [number, number] = defaultRange,
  host = '127.0.0.1',
): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred, host))) return preferred;
  for (;;) {
    const port = randomInt(...range);
    if (chosen.has(port)) continue;
    chosen.add(port);
    // With any other error no port would do: whoever is to listen says what is wrong.
    if ((await listenBriefly(port, host))?.code !== 'EADDRINUSE') return port;
  }
}

/** Whether one could listen on this port of `host` now. */
export async function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return (await listenBriefly(port, host)) === undefined;
}

/** Listens and stops at once; resolves with the error where that fails. */
export function listenBriefly(port: number, host: string): Promise<NodeJS.ErrnoException | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', resolve);
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(undefined)));
  });
}
