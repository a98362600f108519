/** A process can't listen where HOST and PORT say. The message names the variable to change, and how. */
export class ListenError extends Error {
  readonly code = 'cannot_listen';
  override readonly name = 'ListenError';
}

/**
 * Explains a failed `listen` by HOST and PORT.
 * @returns a {@link ListenError} with the system's error as its cause; the error itself where neither variable is to blame
 */
export function explainListenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  const why = explain(error.code, host, port);
  return why === undefined ? error : new ListenError(why, { cause: error });
}

function explain(code: string | undefined, host: string, port: number): string | undefined {
  const addresses =
    'Set HOST to an address of this machine, 0.0.0.0 for all of them, or leave it out for 127.0.0.1.';
  switch (code) {
    case 'ENOTFOUND':
    case 'EAI_AGAIN':
    case 'EAI_NODATA':
    case 'EAI_NONAME':
      return /^\[.*\]$/.test(host)
        ? `HOST=${host} does not resolve. Write an IPv6 address without brackets: HOST=${host.slice(1, -1)}.`
        : `HOST=${host} does not resolve. ${addresses}`;
    case 'EADDRNOTAVAIL':
    case 'EAFNOSUPPORT':
    case 'EINVAL':
      return `HOST=${host} is no address of this machine. ${addresses}`;
    case 'EADDRINUSE':
      return `Port ${port} of ${host} is taken by another program. Stop that, or set PORT to another port.`;
    case 'EACCES':
      return `PORT=${port} is not allowed to this user: set PORT to one from 1024 on.`;
    default:
      return undefined;
  }
}
