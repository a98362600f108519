import type { IncomingHttpHeaders } from 'node:http';
import { isLoopback } from '@jobstream/runtime';
import { consoleHeader } from '@jobstream/contracts/rest';

/** What a request says of itself. */
export interface CookieRequest {
  readonly method: string;
  /** The name in `Host`, without its port. */
  readonly hostname: string;
  readonly headers: IncomingHttpHeaders;
}

/** Only a TLS connection may set or send it, no other host of the domain can plant it, and it holds for the whole server. */
const secured = '__Host-jobstream';
/** Of a machine's own loopback, where there is no TLS. */
const plain = 'jobstream';

const reading = new Set(['GET', 'HEAD']);

/**
 * The API key in the cookie of a session; undefined where there is none, or where the request does not prove that a page of this
 * server sent it. A request that changes something proves it by {@link consoleHeader}, which no page of another origin can make a
 * browser send without asking first. For one that only reads it is enough that the browser itself says so: a person who opens
 * `/docs` can send no header.
 */
export function keyInCookie({ method, hostname, headers }: CookieRequest): string | undefined {
  const site = headers['sec-fetch-site'];
  const isRead = reading.has(method) && (site === 'same-origin' || site === 'none');
  if (headers[consoleHeader] !== '1' && !isRead) return undefined;
  const start = `${nameFor(hostname)}=`;
  const cookies = headers.cookie?.split(';').map((each) => each.trim()) ?? [];
  return cookies.find((each) => each.startsWith(start))?.slice(start.length);
}

/** `Set-Cookie` that begins the session of a key. It lasts until the browser closes; the server lets it end with its key. */
export function writeCookie(hostname: string, key: string): string {
  return `${nameFor(hostname)}=${key}; ${attributesFor(hostname)}`;
}

/** `Set-Cookie` that ends the session. */
export function clearCookie(hostname: string): string {
  return `${nameFor(hostname)}=; Max-Age=0; ${attributesFor(hostname)}`;
}

function attributesFor(hostname: string): string {
  return `Path=/; HttpOnly; SameSite=Strict${isPlain(hostname) ? '' : '; Secure'}`;
}

function nameFor(hostname: string): string {
  return isPlain(hostname) ? plain : secured;
}

/** Whether browsers reach the server without TLS: by a name that only this machine has. */
function isPlain(hostname: string): boolean {
  return isLoopback(hostname.replace(/^\[(.*)\]$/, '$1')) || hostname.endsWith('.localhost');
}
