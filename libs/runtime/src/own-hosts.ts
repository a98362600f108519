import type { IncomingHttpHeaders } from 'node:http';
import { isIP } from 'node:net';
import { hostname } from 'node:os';
import type { ProblemCode } from '@jobstream/contracts/rest';
import { isLoopback } from './loopback.js';
import type { CommonSettings } from './settings.js';

/** The settings that decide the names of a process. */
export type HostSettings = Pick<CommonSettings, 'HOST' | 'PUBLIC_URL' | 'ALLOWED_HOSTS'>;

/** The host that a request is meant for, and the page that sent it. */
export interface RequestSource {
  readonly method?: string | undefined;
  readonly headers: Pick<IncomingHttpHeaders, 'host' | 'origin'> & { readonly 'sec-fetch-site'?: unknown };
}

/** The reason why a request is refused, and the remedy. */
export interface SourceRefusal {
  readonly code: Extract<ProblemCode, 'host_not_allowed' | 'cross_site_request'>;
  readonly detail: string;
}

const safeMethods = new Set(['GET', 'HEAD', 'OPTIONS']);
const maxShownCharacters = 200;

/**
 * The names that a process answers to. They keep the pages of other sites away, which a browser on the machine or in the
 * network would otherwise let in:
 *
 * - A site that makes its own name resolve to our address (DNS rebinding) shows itself by that name in `Host`. Names of
 *   loopback and addresses are ours always: no site can be called so. HOST, the host of PUBLIC_URL and ALLOWED_HOSTS
 *   are ours too, and beyond loopback the name of the machine and names without a dot, which containers call each other by.
 * - A page of another origin may send a request that changes something, though it can not read the answer. Such
 *   requests are told apart as Go's `net/http.CrossOriginProtection` does it: by `Sec-Fetch-Site`, else by `Origin` against
 *   `Host`. Pages of PUBLIC_URL are our own. What sends neither header is no browser.
 */
export class OwnHosts {
  private readonly names: ReadonlySet<string>;
  private readonly suffixes: readonly string[];
  private readonly takesShortNames: boolean;
  private readonly publicOrigin: string | undefined;

  constructor({ HOST, PUBLIC_URL, ALLOWED_HOSTS }: HostSettings, machine = hostname()) {
    const publicUrl = PUBLIC_URL === undefined ? undefined : new URL(PUBLIC_URL);
    this.publicOrigin = publicUrl?.origin;
    this.takesShortNames = !isLoopback(HOST);
    this.names = new Set([
      HOST.toLowerCase(),
      'localhost',
      ...(publicUrl ? [publicUrl.hostname] : []),
      ...(this.takesShortNames ? [machine.toLowerCase()] : []),
      ...ALLOWED_HOSTS.map((name) => name.replace(/^\./, '')),
    ]);
    this.suffixes = ['.localhost', ...ALLOWED_HOSTS.filter((name) => name.startsWith('.'))];
  }

  /** Undefined for a request that may be served. */
  refusalOf({ method = 'GET', headers }: RequestSource): SourceRefusal | undefined {
    if (!this.isOurs(headers.host)) return foreignHost(headers.host!);
    if (safeMethods.has(method) || this.isOwnPage(headers)) return undefined;
    return crossSite;
  }

  /** A request without a host (HTTP/1.0) comes from no browser. */
  private isOurs(host: string | undefined): boolean {
    if (host === undefined) return true;
    const name = nameOf(host);
    return (
      this.names.has(name) ||
      isIP(name) !== 0 ||
      this.suffixes.some((suffix) => name.endsWith(suffix)) ||
      (this.takesShortNames && /^[a-z0-9_-]+$/.test(name))
    );
  }

  private isOwnPage({ host, origin, 'sec-fetch-site': site }: RequestSource['headers']): boolean {
    if (origin !== undefined && origin === this.publicOrigin) return true;
    if (site !== undefined) return site === 'same-origin' || site === 'none';
    return origin === undefined || hostOfOrigin(origin) === host?.toLowerCase();
  }
}

/** The name in a `Host`, without port, brackets, zone and the dot at its end. */
function nameOf(host: string): string {
  const [, address, name] = /^(?:\[([^\]%]*)[^\]]*\]|([^:]*))(?::\d*)?$/.exec(host) ?? [];
  return (address ?? name ?? '').toLowerCase().replace(/\.$/, '');
}

/** As `Host` would name it: without the usual port. */
function hostOfOrigin(origin: string): string | undefined {
  return URL.canParse(origin) ? new URL(origin).host : undefined;
}

function foreignHost(host: string): SourceRefusal {
  const shown = JSON.stringify(host.slice(0, maxShownCharacters));
  const detail =
    `This process is not called ${shown}. If that is a name of it, add it to the setting ALLOWED_HOSTS` +
    ' (or to PUBLIC_URL, where browsers use it); otherwise ask by address or as localhost.';
  return { code: 'host_not_allowed', detail };
}

const crossSite: SourceRefusal = {
  code: 'cross_site_request',
  detail:
    'A page of another site may change nothing here. A program sends neither `Origin` nor `Sec-Fetch-Site`. ' +
    'For pages of this server behind a proxy: set PUBLIC_URL to the address that browsers use.',
};

/**
 * Headers of every answer that sets none of its own: browsers guess no type, no other site may frame or embed it, and no
 * cache keeps it.
 */
export const protectiveHeaders = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "frame-ancestors 'self'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'cache-control': 'no-store',
} as const;
