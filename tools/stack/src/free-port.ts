import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';

/**
 * Ports from here to there, exclusive: below those that systems give to outgoing connections (Linux from 32,768 on, others
 * from 49,152), any of which could take a port between its choice and its use, or while its user restarts. Those from 20,000 on
 * are left to tests.
 */
const usualRange = [10_000, 20_000] as const;
const chosen = new Set<number>();

/**
 * A port of 127.0.0.1 that is free now: `preferred` when it is, else a random one of `range` that this process was not given
 * before.
 * It is not kept: between this answer and its use another process may take it, so the user of the port must be ready to ask
 * again.
 */
export async function findFreePort(
  preferred?: number,
  range: readonly [number, number] = usualRange,
): Promise<number> {
  if (preferred !== undefined && (await isPortFree(preferred))) return preferred;
  for (;;) {
    const port = randomInt(...range);
    if (chosen.has(port)) continue;
    chosen.add(port);
    if (await isPortFree(port)) return port;
  }
}

/** Whether nobody listens on this port of 127.0.0.1 or of all addresses. */
export function isPortFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => server.close(() => resolve(true)));
  });
}
