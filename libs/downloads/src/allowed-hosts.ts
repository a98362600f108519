import { z } from 'zod';

/** Hosts that may be reached although they are not public, each as `host:port`, spelled as in a URL. */
export type AllowedHosts = ReadonlySet<string>;

const pair = /^(\[[0-9A-Fa-f:.]+\]|[^*:/?#@\s[\]]+):([1-9]\d{0,4})$/;

/** A setting: exact `host:port` pairs, comma between them, e.g. `127.0.0.1:8081`. Default none. */
export const allowedHostsSchema = z.string().default('').transform(readPairs);

/** The settings of downloads. */
export const downloadSettings = z.object({
  /** What may be fetched although it is not public. */
  FETCH_ALLOW: allowedHostsSchema,
});

/** Whether the URL's host and port are among the allowed. */
export function isAllowed(url: URL, allowed: AllowedHosts): boolean {
  return allowed.has(`${url.hostname}:${portOf(url)}`);
}

/** The port of a URL, or the default one of its scheme. */
export function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function readPairs(text: string, context: z.RefinementCtx): AllowedHosts {
  const pairs = text.split(',').map((part) => part.trim());
  const hosts = new Set<string>();
  for (const each of pairs.filter((part) => part !== '')) {
    const url = pair.test(each) && URL.canParse(`http://${each}`) ? new URL(`http://${each}`) : undefined;
    if (url) hosts.add(`${url.hostname}:${portOf(url)}`);
    else
      context.addIssue({ code: 'custom', message: `"${each}" is not a host:port pair, e.g. 127.0.0.1:8081` });
  }
  return hosts;
}
