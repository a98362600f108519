import type { LookupAddress } from 'node:dns';
import type { LookupFunction } from 'node:net';
import { UrlRefusedError } from './download-errors.js';

/** Looks up all addresses of a name. */
export type Resolve = (hostname: string) => Promise<LookupAddress[]>;

/**
 * A lookup for sockets that answers addresses only that may be reached. The socket connects to the addresses that were checked, so
 * a name whose addresses change between two lookups gains nothing. A name with one address that may not be reached is refused.
 * Node does not call it for hosts that are addresses already.
 */
export function guardedLookup(resolve: Resolve, mayReach: (address: string) => boolean): LookupFunction {
  return (hostname, options, callback) => {
    resolve(hostname).then(
      (addresses) => {
        const [first] = addresses;
        if (first === undefined || !addresses.every(({ address }) => mayReach(address))) {
          return callback(new UrlRefusedError(), '');
        }
        if (options.all) return callback(null, addresses);
        callback(null, first.address, first.family);
      },
      (error: NodeJS.ErrnoException) => callback(error, ''),
    );
  };
}
