import { consoleHeader, readBaseUrl } from '@jobstream/contracts/rest';

/** Where the API is, and who asks. */
export interface ConnectionOptions {
  /** `http://localhost:3000`; `https://host/prefix` where a proxy serves the API below a path. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. Default: none, which is enough where the API listens on loopback alone. */
  readonly apiKey?: string;
  /** Whether the caller is a page that the API serves: then the cookie of its session stands for a key. Default false. */
  readonly isPage?: boolean;
  /** Sends each request, for whoever wants to look at the answers. Default: the global `fetch`. */
  readonly fetch?: typeof fetch;
}

/** One request. */
export interface RestRequest extends Pick<RequestInit, 'method' | 'body' | 'signal'> {
  /** With its query. */
  readonly path: string;
  /** The type of the body too. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** Sends requests to the API, each once. Every status is an answer here; `JobstreamClient` makes results and errors of them. */
export class RestConnection {
  /** Without a slash at its end. */
  readonly baseUrl: string;
  private readonly proof: Readonly<Record<string, string>>;
  private readonly fetch: typeof fetch;

  /** @throws BaseUrlError when `url` is not the URL of a platform */
  constructor({ url, apiKey, isPage = false, fetch = globalThis.fetch }: ConnectionOptions) {
    this.baseUrl = readBaseUrl(url);
    // Browsers call it only as a function of their window.
    this.fetch = fetch.bind(globalThis);
    this.proof = {
      ...(apiKey !== undefined && { authorization: `Bearer ${apiKey}` }),
      ...(isPage && { [consoleHeader]: '1' }),
    };
  }

  /**
   * The answer once its headers are there.
   * @throws what `fetch` throws: TypeError when nothing answers, the reason of `signal` when it aborts
   */
  send({ path, headers, ...init }: RestRequest): Promise<Response> {
    return this.fetch(`${this.baseUrl}${path}`, { ...init, headers: { ...this.proof, ...headers } });
  }
}
