import ipaddr from 'ipaddr.js';
import { isAllowed, portOf, type AllowedHosts } from './allowed-hosts.js';
import { UrlRefusedError } from './download-errors.js';

/** Characters of a URL. */
const maxUrlLength = 2_048;
const publicPorts: readonly number[] = [80, 443];
/** IPv6 addresses that are routed on the internet (RFC 4291, IANA's registry): nothing outside 2000::/3. */
const globalUnicast = ipaddr.IPv6.parseCIDR('2000::/3');

/**
 * Checks what can be seen of a URL without asking anyone: scheme, port, no user name or password, and that a host
 * written as an address is a public one, whatever its spelling. A name's addresses are checked when it is connected to.
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

/** Addresses of public ranges at which a cloud answers its own machines alone: Azure's agent and DNS ("WireServer"). */
const ofClouds: readonly string[] = ['168.63.129.16'];

/** Whether the address is one of the public internet: unicast, of no range with a use of its own, not embedding another address. */
export function isPublicAddress(address: string): boolean {
  if (!ipaddr.isValid(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== 'unicast' || ofClouds.includes(parsed.toString())) return false;
  return parsed.kind() === 'ipv4' || parsed.match(globalUnicast);
}
