import { Agent, fetch, type buildConnector, type Response } from 'undici';
import type { AllowedHosts } from './allowed-hosts.js';
import { checkUrl } from './check-url.js';
import { DownloadError, DownloadFailedError, DownloadTooLargeError } from './download-errors.js';
import { guardedConnector } from './guarded-connector.js';
import type { Resolve } from './guarded-lookup.js';

export interface DownloaderOptions {
  readonly allowed: AllowedHosts;
  /** Counted after decoding. Default 25 MiB. */
  readonly maxBytes?: number;
  /** Time limit of connecting, with name lookup and TLS. Default 3,000. */
  readonly connectTimeoutMs?: number;
  /** Time limit of a download, with its redirects. Default 20,000. */
  readonly timeoutMs?: number;
  /** Looks up names. Default: as the system does. */
  readonly resolve?: Resolve;
}

const maxRedirects = 3;
const redirects: readonly number[] = [301, 302, 303, 307, 308];
/** Client errors after which a retry may help: too slow, too early, too often. */
const retryableStatuses: readonly number[] = [408, 425, 429];

/** Fetches URLs from strangers: only from the public internet, and within a limit of bytes. */
export class Downloader {
  private readonly allowed: AllowedHosts;
  private readonly maxBytes: number;
  private readonly timeoutMs: number;
  private readonly connect: buildConnector.connector;

  constructor(options: DownloaderOptions) {
    this.allowed = options.allowed;
    this.maxBytes = options.maxBytes ?? 25 * 1024 * 1024;
    this.timeoutMs = options.timeoutMs ?? 20_000;
    this.connect = guardedConnector(options);
  }

  /**
   * The bytes behind the URL.
   * @throws UrlRefusedError, DownloadTooLargeError, DownloadFailedError (retryable for network, 408, 425, 429, 5xx and
   * lack of time, not for other statuses); the reason of `signal` when it aborts
   */
  async download(url: string, signal: AbortSignal): Promise<Buffer> {
    const limit = AbortSignal.timeout(this.timeoutMs);
    const within = AbortSignal.any([signal, limit]);
    // One agent for each download: no connection is reused for another user's download.
    const agent = new Agent({ connect: this.connect });
    try {
      const response = await this.follow(checkUrl(url, this.allowed), agent, within);
      return await this.read(response);
    } catch (error) {
      signal.throwIfAborted();
      if (limit.aborted) throw new DownloadFailedError(`The download took over ${this.timeoutMs} ms.`, true);
      throw failureOf(error);
    } finally {
      await agent.destroy();
    }
  }

  private async follow(start: URL, dispatcher: Agent, signal: AbortSignal): Promise<Response> {
    let url = start;
    for (let followed = 0; ; followed++) {
      const response = await fetch(url.href, {
        dispatcher,
        signal,
        redirect: 'manual',
        headers: { 'user-agent': 'jobstream' },
      });
      const location = redirects.includes(response.status) ? response.headers.get('location') : null;
      if (location === null) return response;
      await response.body?.cancel();
      if (followed === maxRedirects) {
        throw new DownloadFailedError(`The server redirected more than ${maxRedirects} times.`, false);
      }
      url = checkUrl(resolveLocation(location, url), this.allowed);
    }
  }

  private async read(response: Response): Promise<Buffer> {
    const { status, body } = response;
    if (!response.ok) {
      const retryable = status >= 500 || retryableStatuses.includes(status);
      throw new DownloadFailedError(`The server answered ${status}.`, retryable);
    }
    if (body === null) return Buffer.alloc(0);
    const chunks: Uint8Array[] = [];
    let bytes = 0;
    for await (const chunk of body as AsyncIterable<Uint8Array>) {
      bytes += chunk.byteLength;
      if (bytes > this.maxBytes) throw new DownloadTooLargeError(this.maxBytes);
      chunks.push(chunk);
    }
    return Buffer.concat(chunks, bytes);
  }
}

/** A location may be relative. One that gives no valid URL is kept as it is, to be refused. */
function resolveLocation(location: string, base: URL): string {
  return URL.canParse(location, base.href) ? new URL(location, base).href : location;
}

/** Our own error, which the lookup of the socket may have raised deep inside; any other error is the network's. */
function failureOf(error: unknown): DownloadError {
  for (let each = error; each instanceof Error; each = each.cause) {
    if (each instanceof DownloadError) return each;
  }
  return new DownloadFailedError('The server could not be reached, or the connection broke.', true, {
    cause: error instanceof Error ? (error.cause ?? error) : error,
  });
}
