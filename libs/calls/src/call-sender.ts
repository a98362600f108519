import { isNativeError } from 'node:util/types';
import { maxResultBytes } from '@jobstream/contracts';
import { signatureHeaders } from '@jobstream/contracts/signatures';
import { checkUrl, guardedConnector, UrlRefusedError, type ConnectorOptions } from '@jobstream/downloads';
import { Agent, request, type Dispatcher } from 'undici';
import type { AnswerBody, CallEnding } from './call-ending.js';

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
    const late = AbortSignal.timeout(call.timeoutMs);
    const { id, body, sentAt, secrets } = call;
    const signed = signatureHeaders({ id, sentAtS: Math.floor(sentAt / 1_000), body }, secrets);
    try {
      const answer = await request(checkUrl(call.url, this.options.allowed), {
        dispatcher: this.agent,
        method: 'POST',
        headers: { ...call.headers, ...contentHeaders, ...signed },
        body,
        signal: AbortSignal.any([signal, late]),
      });
      return {
        kind: 'answered',
        status: answer.statusCode,
        retryAfter: headerOf(answer, 'retry-after'),
        shouldRetry: headerOf(answer, 'x-should-retry'),
        body: await this.read(answer.body),
      };
    } catch (error) {
      signal.throwIfAborted();
      if (late.aborted) return { kind: 'timed-out', timeoutMs: call.timeoutMs };
      const refused = causesOf(error).find((cause) => cause instanceof UrlRefusedError);
      return refused ? { kind: 'forbidden', error: refused } : { kind: 'failed', cause: codeOf(error) };
    }
  }

  /** Closes the connections. Calls in flight fail. */
  async close(): Promise<void> {
    await this.agent.destroy();
  }

  private async read(body: Dispatcher.ResponseData['body']): Promise<AnswerBody> {
    const chunks: Buffer[] = [];
    let bytes = 0;
    // Leaving the loop closes the connection, and so stops a body that never ends.
    for await (const chunk of body as AsyncIterable<Buffer>) {
      bytes += chunk.length;
      if (bytes > this.maxAnswerBytes) return { content: Buffer.concat(chunks), isWhole: false };
      chunks.push(chunk);
    }
    return { content: Buffer.concat(chunks), isWhole: true };
  }
}

const contentHeaders = {
  'content-type': 'application/json',
  accept: 'application/json',
  // Not decoded here: a small body could become a large one.
  'accept-encoding': 'identity',
  'user-agent': 'jobstream',
};

function headerOf({ headers }: Dispatcher.ResponseData, name: string): string | undefined {
  const value = headers[name];
  return typeof value === 'string' ? value : value?.[0];
}

function causesOf(error: unknown): Error[] {
  const causes: Error[] = [];
  for (let each = error; isNativeError(each); each = each.cause) causes.push(each);
  return causes;
}

/** The first code among an error and its causes: `ECONNREFUSED`, `UND_ERR_SOCKET`, … */
function codeOf(error: unknown): string {
  const codes = causesOf(error).map((cause) => (cause as NodeJS.ErrnoException).code);
  return codes.find((code) => code !== undefined) ?? 'unknown';
}
