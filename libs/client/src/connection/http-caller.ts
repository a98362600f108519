import type { Problem } from '@jobstream/contracts/rest';
import { NoAnswerError, ProblemError } from '../client-errors.js';
import { RestConnection, type ConnectionOptions } from './rest-connection.js';
import { pauseBeforeRetry } from './retry-pause.js';

/** Where the API is and how patient to be. */
export interface ClientOptions extends ConnectionOptions {
  /** Milliseconds for one call with all its tries; a wait for a job comes on top. Default 60,000. */
  readonly timeoutMs?: number;
  /** Whether calls are made again after outages. Default true. Where false, the one try may take all of `timeoutMs`. */
  readonly retries?: boolean;
}

/** One call. */
export interface Call {
  readonly method: 'GET' | 'PUT' | 'POST' | 'DELETE' | 'PATCH';
  /** With its query. */
  readonly path: string;
  /** JSON, or bytes with a `content-type` of their own. */
  readonly body?: string | Uint8Array;
  readonly headers?: Readonly<Record<string, string>>;
  /** Statuses that are answers as those of success are. Default: none. */
  readonly alsoAnswers?: readonly number[];
  /** Milliseconds that the server may hold the answer back. Default 0. */
  readonly heldMs?: number;
  /** Whether it does no harm to make it again when its effect is unknown. */
  readonly repeatable: boolean;
  readonly signal?: AbortSignal;
}

/** Time limit of one try. Its body may take as long on top as a line of 250 kB/s needs. */
const tryMs = 15_000;
const sentPerMs = 250;

/** A call that failed: the error to throw unless it is made again. */
interface Failure {
  readonly error: ProblemError | NoAnswerError;
  /** The call certainly changed nothing. */
  readonly hadNoEffect: boolean;
  readonly mayPass: boolean;
  readonly retryAfter: string | null;
}

/** An answer that says that a part of the request may pass later. */
const isUnfinished: Omit<Failure, 'error'> = { hadNoEffect: false, mayPass: true, retryAfter: null };

/** Calls the API until it answers, or until the time is over. */
export class HttpCaller {
  private readonly connection: RestConnection;
  private readonly timeoutMs: number;
  private readonly retries: boolean;

  /** @throws BaseUrlError when `url` is not the URL of a platform */
  constructor({ timeoutMs = 60_000, retries = true, ...connection }: ClientOptions) {
    this.connection = new RestConnection(connection);
    this.timeoutMs = timeoutMs;
    this.retries = retries;
  }

  /**
   * The answer's JSON.
   * @param isFinished whether an answer is the last one. Any other is asked for again, and returned when the time is over.
   * Default: every answer is the last one
   * @throws ProblemError, NoAnswerError; the reason of `signal` when it aborts
   */
  async read<Answer>(call: Call, isFinished?: (answer: Answer) => boolean): Promise<Answer> {
    return this.repeat(
      call,
      async (response) => readJson<Answer>(response, await response.text()),
      isFinished,
    );
  }

  /**
   * The bytes of an answer that is no JSON.
   * @throws as {@link read} does
   */
  async readBytes(call: Call): Promise<Uint8Array> {
    return this.repeat(call, async (response) => new Uint8Array(await response.arrayBuffer()));
  }

  /**
   * Makes a call whose answer has no content.
   * @throws as {@link read} does
   */
  async call(call: Call): Promise<void> {
    await this.repeat(call, (response) => response.text());
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
      const isAllowed = this.retries && mayPass && (call.repeatable || hadNoEffect);
      if (isAllowed && performance.now() + pauseMs < deadline) await pause(pauseMs, call.signal);
      else if (unfinished) return unfinished.answer;
      else throw (outcome as Failure).error;
    }
  }

  private async tryOnce<Answer>(
    call: Call,
    deadline: number,
    take: (response: Response) => Promise<Answer>,
  ): Promise<{ readonly answer: Answer } | Failure> {
    const { method, path, body, headers, alsoAnswers = [], signal } = call;
    signal?.throwIfAborted();
    const late = new AbortController();
    const timer = setTimeout(() => late.abort(), this.limitOf(call, deadline));
    try {
      const response = await this.connection.send({
        method,
        path,
        body: body as RequestInit['body'],
        headers: { ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
        signal: signal ? AbortSignal.any([signal, late.signal]) : late.signal,
      });
      if (response.ok || alsoAnswers.includes(response.status)) return { answer: await take(response) };
      return await failureOf(response);
    } catch (cause) {
      signal?.throwIfAborted();
      const why = late.signal.aborted ? 'did not answer in time' : 'can not be reached';
      const error =
        cause instanceof NoAnswerError
          ? cause
          : new NoAnswerError(`${this.connection.baseUrl} ${why}.`, { cause });
      return { error, hadNoEffect: false, mayPass: true, retryAfter: null };
    } finally {
      clearTimeout(timer);
    }
  }

  /** Milliseconds of one try. */
  private limitOf({ body, heldMs = 0 }: Call, deadline: number): number {
    const leftMs = Math.max(deadline - performance.now(), 1);
    const sendingMs = (body?.length ?? 0) / sentPerMs;
    return this.retries ? Math.min(tryMs + sendingMs + heldMs, leftMs) : leftMs;
  }
}

/** @throws the reason of `signal` when it aborts */
export async function pause(ms: number, signal: AbortSignal | undefined): Promise<void> {
  signal?.throwIfAborted();
  await new Promise<void>((resolve) => {
    const end = () => {
      clearTimeout(timer);
      signal?.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal?.addEventListener('abort', end);
  });
  signal?.throwIfAborted();
}

async function failureOf(response: Response): Promise<Failure> {
  const { status, headers } = response;
  const text = await response.text();
  const retryAfter = headers.get('retry-after');
  if (headers.get('content-type')?.startsWith('application/problem+json')) {
    const error = new ProblemError(readJson<Problem>(response, text));
    const hadNoEffect = status === 429 || status === 503;
    return { error, hadNoEffect, mayPass: hadNoEffect || status === 504, retryAfter };
  }
  // A proxy's, for instance.
  const error = foreign(response, text);
  return { error, hadNoEffect: status === 429, mayPass: status >= 500 || status === 429, retryAfter };
}

/** @throws NoAnswerError when another server than the API has answered */
function readJson<Answer>(response: Response, text: string): Answer {
  try {
    return JSON.parse(text) as Answer;
  } catch (cause) {
    throw foreign(response, text, cause);
  }
}

function foreign({ status }: Response, text: string, cause?: unknown): NoAnswerError {
  return new NoAnswerError(`Something other than the API answered: ${status} ${text.slice(0, 200)}`, {
    status,
    cause,
  });
}
