import { isIPv4 } from 'node:net';

/** Whether a connection comes from this machine. */
export function isFromLoopback(remoteAddress: string | undefined): boolean {
  return remoteAddress !== undefined && isLoopback(remoteAddress.replace(/^::ffff:/, ''));
}

/** Whether only this machine can reach an address to listen on. */
export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || (isIPv4(host) && host.startsWith('127.'));
}
