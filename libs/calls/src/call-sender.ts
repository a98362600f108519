import { maxResultBytes } from '@jobstream/contracts';
import { signatureHeaders } from '@jobstream/contracts/signatures';
import { checkUrl, guardedConnector, type ConnectorOptions } from '@jobstream/downloads';
import { Agent } from 'undici';
import type { CallEnding } from './call-ending.js';
import { endingOf, Exchange } from './exchange.js';

/** One signed POST of JSON. */
export interface Call {
  readonly url: string;
  /** The same whenever the same message is sent again. */
  readonly id: string;
  /** JSON. */
  readonly body: string;
  /** Each signs the call. */
  readonly secrets: readonly string[];
  /** When it is sent: milliseconds since 1970, by the broker's clock. */
  readonly sentAt: number;
  /** Time limit of the whole call: connecting, sending, waiting, reading. */
  readonly timeoutMs: number;
  /** Beyond those of signature and content. */
  readonly headers?: Readonly<Record<string, string>>;
}

export interface CallSenderOptions extends ConnectorOptions {
  /** Bytes of an answer's body that are read. Default 262,144. */
  readonly maxAnswerBytes?: number;
}

/**
 * Sends calls to the servers of others. Connections are kept and shared by the calls to one origin, one call at a time each, and
 * closed after 4 s without calls, or as the server's `Keep-Alive` says. Redirects are not followed. Nothing bounds the calls in
 * flight: callers do.
 */
export class CallSender {
  private readonly agent: Agent;
  private readonly maxAnswerBytes: number;

  constructor(private readonly options: CallSenderOptions) {
    this.maxAnswerBytes = options.maxAnswerBytes ?? maxResultBytes;
    // The time limit is that of the call, in place of undici's.
    this.agent = new Agent({ connect: guardedConnector(options), headersTimeout: 0, bodyTimeout: 0 });
  }

  /**
   * How the call ended. It rejects only with the reason of `signal`, which closes the connection.
   * @throws TypeError when one of the secrets is none
   */
  async send(call: Call, signal: AbortSignal): Promise<CallEnding> {
    const { id, body, sentAt, secrets, timeoutMs } = call;
    const signed = signatureHeaders({ id, sentAtS: Math.floor(sentAt / 1_000), body }, secrets);
    let url: URL;
    try {
      url = checkUrl(call.url, this.options.allowed);
    } catch (error) {
      return endingOf(error);
    }
    const exchange = new Exchange({ timeoutMs, maxAnswerBytes: this.maxAnswerBytes, signal });
    const headers = { ...call.headers, ...contentHeaders, ...signed };
    this.agent.dispatch(
      { origin: url.origin, path: url.pathname + url.search, method: 'POST', headers, body },
      exchange,
    );
    return exchange.ending;
  }

  /** Closes the connections. Calls in flight fail. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }
}

const contentHeaders = {
  'content-type': 'application/json',
  accept: 'application/json',
  // Not decoded here: a small body could become a large one.
  'accept-encoding': 'identity',
  'user-agent': 'jobstream',
};
