import { createServer } from 'node:net';

/**
 * A port of 127.0.0.1 that is free now: `preferred` when it is, else one that the system picks. It is not kept: between
 * this answer and its use another process may take it, so the user of the port must be ready to ask again.
 */
export async function findFreePort(preferred?: number): Promise<number> {
  return (await tryPort(preferred ?? 0)) ?? (await findFreePort());
}

/** Whether nobody listens on this port of 127.0.0.1 or of all addresses. */
export async function isPortFree(port: number): Promise<boolean> {
  return (await tryPort(port)) !== undefined;
}

function tryPort(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const { port: bound } = server.address() as { port: number };
      server.close(() => resolve(bound));
    });
  });
}
