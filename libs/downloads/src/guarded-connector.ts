import { lookup } from 'node:dns/promises';
import { buildConnector } from 'undici';
import { isAllowed, type AllowedHosts } from './allowed-hosts.js';
import { isMetadataAddress, isPublicAddress } from './check-url.js';
import { guardedLookup, type Resolve } from './guarded-lookup.js';

export interface ConnectorOptions {
  readonly allowed: AllowedHosts;
  /** Time limit of connecting, with name lookup and TLS. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Looks up names. Default: as the system does. */
  readonly resolve?: Resolve;
}

/**
 * Makes connections to public addresses, and to the hosts that are allowed besides. An allowed name may lead to a private address,
 * but not to one of a cloud's metadata: that has to be allowed as an address. For URLs that `checkUrl` has let pass: it does not
 * look at hosts that are written as addresses. A refused connection fails with UrlRefusedError.
 */
export function guardedConnector({
  allowed,
  connectTimeoutMs: timeout = 3_000,
  resolve = (hostname) => lookup(hostname, { all: true }),
}: ConnectorOptions): buildConnector.connector {
  const toPublic = buildConnector({ timeout, lookup: guardedLookup(resolve, isPublicAddress) });
  const toAllowed = buildConnector({
    timeout,
    lookup: guardedLookup(resolve, (address) => !isMetadataAddress(address)),
  });
  return (options, callback) => {
    const { protocol, hostname, port } = options;
    const url = new URL(`${protocol}//${hostname.includes(':') ? `[${hostname}]` : hostname}:${port}`);
    const connect = isAllowed(url, allowed) ? toAllowed : toPublic;
    connect(options, callback);
  };
}
