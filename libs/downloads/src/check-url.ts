import ipaddr from 'ipaddr.js';
import { isAllowed, portOf, type AllowedHosts } from './allowed-hosts.js';
import { UrlRefusedError } from './download-errors.js';

const maxUrlLength = 2_048;
const publicPorts: readonly number[] = [80, 443];
/** IPv6 addresses that are routed on the internet (RFC 4291, IANA's registry): nothing outside 2000::/3. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Checks a URL without any lookup: its scheme and port, that it has no user name or password, and that a host written as an
 * address is public, however it is spelled. The addresses of a name are checked when the connection is made.
 * @throws UrlRefusedError
 */
export function checkUrl(text: string, allowed: AllowedHosts): URL {
  if (text.length > maxUrlLength || !URL.canParse(text)) throw new UrlRefusedError();
  const url = new URL(text);
  if (url.protocol !== 'http:' && url.protocol !== 'https:') throw new UrlRefusedError();
  if (url.username !== '' || url.password !== '') throw new UrlRefusedError();
  if (isAllowed(url, allowed)) return url;
  if (!publicPorts.includes(portOf(url))) throw new UrlRefusedError();
  // The parser has brought every spelling of an IPv4 address (hex, octal, one number, full-width digits) to four decimals.
  const host = url.hostname.replace(/^\[(.*)\]$/, '$1');
  if (ipaddr.isValid(host) && !isPublicAddress(host)) throw new UrlRefusedError();
  return url;
}

/** Why {@link checkUrl} refuses a URL; undefined where it does not. */
export function faultOfUrl(text: string, allowed: AllowedHosts): string | undefined {
  try {
    checkUrl(text, allowed);
    return undefined;
  } catch (error) {
    if (error instanceof UrlRefusedError) return error.message;
    throw error;
  }
}

/** Addresses in public ranges at which a cloud serves its own machines: Azure's agent and DNS ("WireServer"). */
const cloudAddresses: readonly string[] = ['168.63.129.16'];

/** Whether the address is on the public internet: unicast, in no reserved range, and not embedding another address. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || cloudAddresses.includes(parsed.toString())) return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}

/** Private addresses, none of them link-local, at which clouds give their machines credentials: Amazon's, Alibaba's, Oracle's. */
const privateMetadataAddresses: readonly string[] = ['fd00:ec2::254', '100.100.100.200', '192.0.0.192'];

const metadataAddresses = [...cloudAddresses, ...privateMetadataAddresses];

/** Whether a cloud serves its own machines at the address: their credentials, say. */
export function isMetadataAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  // An IPv4 address may be written as one of IPv6.
  const parsed = ipaddr.process(address);
  return parsed.range() === 'linkLocal' || metadataAddresses.includes(parsed.toString());
}
