import { setTimeout as delay } from 'node:timers/promises';
import { readBaseUrl, type Problem } from '@jobstream/contracts/rest';
import { NoAnswerError, ProblemError } from './client-errors.js';
import { pauseBeforeRetry } from './retry-pause.js';

/** Where the API is and how patient to be. */
export interface ClientOptions {
  /** `http://localhost:3000`; `https://host/prefix` where a proxy serves the API below a path. */
  readonly url: string;
  /** Sent as `Authorization: Bearer`. */
  readonly apiKey?: string;
  /** Milliseconds for one call with all its tries; a wait for a job comes on top. Default 60,000. */
  readonly timeoutMs?: number;
}

/** One call. */
export interface Call {
  readonly method: 'GET' | 'POST';
  /** With its query. */
  readonly path: string;
  /** JSON. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** Milliseconds that the server may hold the answer back. Default 0. */
  readonly heldMs?: number;
  /** Whether it does no harm to make it again when it is unknown what became of it. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
}

/** One try may take this long, its call permitting, and as long on top as its body takes on a line of 250 kB/s. */
const tryMs = 15_000;
const sentPerMs = 250;

/** A call that failed: the error to throw unless it is made again. */
interface Failure {
  readonly error: ProblemError | NoAnswerError;
  /** Nothing came of it for certain. */
  readonly hadNoEffect: boolean;
  readonly mayPass: boolean;
  readonly retryAfter: string | null;
}

/** An answer that says that a part of the request may pass later. */
const isUnfinished: Omit<Failure, 'error'> = { hadNoEffect: false, mayPass: true, retryAfter: null };

/** Calls the API until it answers, or until the time is over. */
export class HttpCaller {
  private readonly baseUrl: string;
  private readonly timeoutMs: number;
  private readonly authorization: Readonly<Record<string, string>>;

  /** @throws BaseUrlError when `url` is no place of a platform */
  constructor({ url, apiKey, timeoutMs = 60_000 }: ClientOptions) {
    this.baseUrl = readBaseUrl(url);
    this.timeoutMs = timeoutMs;
    this.authorization = apiKey === undefined ? {} : { authorization: `Bearer ${apiKey}` };
  }

  /**
   * The answer's JSON.
   * @param isFinished whether an answer is the last one; the call is made again after one that is not, and when the time is
   * over it is what there is. Default: every answer is
   * @throws ProblemError, NoAnswerError; the reason of `signal` when it aborts
   */
  async read<Answer>(call: Call, isFinished?: (answer: Answer) => boolean): Promise<Answer> {
    return this.repeat(call, async (response) => (await response.json()) as Answer, isFinished);
  }

  /**
   * The answer once its headers are there.
   * @throws as {@link read} does
   */
  async open(call: Call): Promise<Response> {
    return this.repeat(call, (response) => Promise.resolve(response));
  }

  private async repeat<Answer>(
    call: Call,
    take: (response: Response) => Promise<Answer>,
    isFinished: (answer: Answer) => boolean = () => true,
  ): Promise<Answer> {
    const deadline = performance.now() + this.timeoutMs + (call.heldMs ?? 0);
    let unfinished: { readonly answer: Answer } | undefined;
    for (let tries = 1; ; tries++) {
      const outcome = await this.tryOnce(call, deadline, take);
      if ('answer' in outcome) {
        if (isFinished(outcome.answer)) return outcome.answer;
        unfinished = outcome;
      }
      const { mayPass, hadNoEffect, retryAfter } = 'answer' in outcome ? isUnfinished : outcome;
      const pauseMs = pauseBeforeRetry(tries, retryAfter, Math.random(), Date.now());
      const again = mayPass && (call.repeatable || hadNoEffect) && performance.now() + pauseMs < deadline;
      if (again) await pause(pauseMs, call.signal);
      else if (unfinished) return unfinished.answer;
      else throw (outcome as Failure).error;
    }
  }

  private async tryOnce<Answer>(
    call: Call,
    deadline: number,
    take: (response: Response) => Promise<Answer>,
  ): Promise<{ readonly answer: Answer } | Failure> {
    const { method, path, body, headers, heldMs = 0, signal } = call;
    signal?.throwIfAborted();
    const late = new AbortController();
    const leftMs = Math.max(deadline - performance.now(), 1);
    const sendingMs = (body?.length ?? 0) / sentPerMs;
    const timer = setTimeout(() => late.abort(), Math.min(tryMs + sendingMs + heldMs, leftMs));
    try {
      const response = await fetch(`${this.baseUrl}${path}`, {
        method,
        headers: {
          ...this.authorization,
          ...(body !== undefined && { 'content-type': 'application/json' }),
          ...headers,
        },
        ...(body !== undefined && { body }),
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      });
      if (response.ok) return { answer: await take(response) };
      return await failureOf(response);
    } catch (cause) {
      signal?.throwIfAborted();
      const why = late.signal.aborted ? 'did not answer in time' : 'can not be reached';
      const error = new NoAnswerError(`${this.baseUrl} ${why}.`, { cause });
      return { error, hadNoEffect: false, mayPass: true, retryAfter: null };
    } finally {
      clearTimeout(timer);
    }
  }
}

/** @throws the reason of `signal` when it aborts */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  await delay(ms, undefined, { signal }).catch(() => signal?.throwIfAborted());
}

async function failureOf(response: Response): Promise<Failure> {
  const { status, headers } = response;
  const text = await response.text();
  const retryAfter = headers.get('retry-after');
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    const error = new ProblemError(JSON.parse(text) as Problem);
    const hadNoEffect = status === 429 || status === 503;
    return { error, hadNoEffect, mayPass: hadNoEffect || status === 504, retryAfter };
  }
  // Whatever stands in between, a proxy for instance.
  const error = new NoAnswerError(`The answer is no problem document: ${status} ${text.slice(0, 200)}`);
  return { error, hadNoEffect: status === 429, mayPass: status >= 500 || status === 429, retryAfter };
}
