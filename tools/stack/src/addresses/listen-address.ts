import { isIPv6 } from 'node:net';
import { explainListenError, ListenError } from '@jobstream/runtime';
import ipaddr from 'ipaddr.js';
import { readVariable, type Environment } from '../environment.js';
import { listenBriefly } from './free-port.js';

/** The address that the services listen on: HOST, 127.0.0.1 unless set. */
export function readHost(environment: Environment = process.env): string {
  return readVariable('HOST', environment) ?? '127.0.0.1';
}

/** Where this machine reaches a server that listens on `host`: of all addresses, the loopback one. */
export function reachableHost(host: string): string {
  if (!ipaddr.isValid(host)) return host;
  const address = ipaddr.process(host);
  if (address.range() !== 'unspecified') return host;
  return address.kind() === 'ipv6' ? '::1' : '127.0.0.1';
}

/** The URL of a server that listens on `host`, as this machine reaches it. */
export function urlOf(host: string, port: number): string {
  const reachable = reachableHost(host);
  return `http://${isIPv6(reachable) ? `[${reachable}]` : reachable}:${port}`;
}

/**
 * Why nothing could listen on this address, in words that name HOST or PORT and say what to do; undefined when it can.
 * `taken` tells that a program listens there already.
 */
export async function findListenFault(
  host: string,
  port: number,
): Promise<{ why: string; taken: boolean } | undefined> {
  // fe80::1%eth0: it could be listened on, but no URL of the services could name it.
  if (host.includes('%')) {
    return {
      why: `HOST=${host} has a zone, which no URL can hold. Set HOST to another address.`,
      taken: false,
    };
  }
  const error = await listenBriefly(port, host);
  if (!error) return undefined;
  const explained = explainListenError(error, host, port);
  const why =
    explained instanceof ListenError ? explained.message : `HOST=${host} PORT=${port}: ${error.message}`;
  return { why, taken: error.code === 'EADDRINUSE' };
}
