import { UsageError } from '../usage-error.js';
import { findListenFault } from './listen-address.js';
import { findPortOwner } from './port-owner.js';

/** Where the API answers unless told otherwise. */
export const DEFAULT_PORT = 3000;

/**
 * The port of the API: this one, else 3000.
 * @param start the command that would start everything on another port
 * @throws UsageError when it is no port, or nothing can listen on it
 */
export async function chooseApiPort(
  host: string,
  text: string | undefined,
  start: (port: number) => string,
): Promise<number> {
  const port = Number(text ?? DEFAULT_PORT);
  if (!Number.isInteger(port) || port < 1 || port > 65_535) {
    throw new UsageError(`PORT takes a port number, not "${text}".`);
  }
  const fault = await findListenFault(host, port);
  if (!fault) return port;
  if (!fault.taken) throw new UsageError(fault.why);
  const owner = await findPortOwner(port);
  throw new UsageError(
    `Port ${port} is taken${owner ? ` by ${owner}` : ''}. Stop that, or use another port: ${start(port + 1)}`,
  );
}
