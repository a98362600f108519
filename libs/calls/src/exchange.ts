import { isNativeError } from 'node:util/types';
import { UrlRefusedError } from '@jobstream/downloads';
import type { Dispatcher } from 'undici';
import type { AnswerBody, CallEnding } from './call-ending.js';

export interface ExchangeOptions {
  /** Time limit of all of it. */
  readonly timeoutMs: number;
  /** Bytes of the answer's body that are read. */
  readonly maxAnswerBytes: number;
  /** Stops it, and closes its connection. */
  readonly signal: AbortSignal;
}

type Headers = Readonly<Record<string, string | readonly string[] | undefined>>;

/**
 * One request and its answer, as undici's dispatcher tells of them. Without the streams that its `request` makes for each answer,
 * which cost more than the rest of a small call.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Rejects only with the reason of the signal. */
  readonly ending: Promise<CallEnding>;
  private settle!: (ending: CallEnding) => void;
  private reject!: (reason: unknown) => void;
  private controller: Dispatcher.DispatchController | undefined;
  private isOver = false;
  private status = 0;
  private headers: Headers = {};
  private readonly chunks: Buffer[] = [];
  private bytes = 0;
  private readonly timer: NodeJS.Timeout;
  private readonly onAbort = () => this.end(() => this.reject(this.options.signal.reason));

  constructor(private readonly options: ExchangeOptions) {
    const { timeoutMs, signal } = options;
    this.ending = new Promise((resolve, reject) => {
      this.settle = resolve;
      this.reject = reject;
    });
    this.timer = setTimeout(() => this.finish({ kind: 'timed-out', timeoutMs }), timeoutMs);
    if (signal.aborted) this.onAbort();
    else signal.addEventListener('abort', this.onAbort, { once: true });
  }

  onRequestStart(controller: Dispatcher.DispatchController): void {
    this.controller = controller;
    // It had to wait for a connection, and is not wanted any more.
    if (this.isOver) controller.abort(new Error('The call is over.'));
  }

  onResponseStart(
    _controller: Dispatcher.DispatchController,
    status: number,
    headers: Record<string, string | string[]>,
  ): void {
    this.status = status;
    this.headers = headers;
  }

  onResponseData(_controller: Dispatcher.DispatchController, chunk: Buffer): void {
    if (this.isOver) return;
    this.bytes += chunk.length;
    if (this.bytes > this.options.maxAnswerBytes) this.answer(false);
    else this.chunks.push(chunk);
  }

  onResponseEnd(): void {
    this.answer(true);
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.finish(endingOf(error));
  }

  private answer(isWhole: boolean): void {
    const [only, ...more] = this.chunks;
    const content = only !== undefined && more.length === 0 ? only : Buffer.concat(this.chunks);
    const body: AnswerBody = { content, isWhole };
    const { status } = this;
    const [retryAfter, shouldRetry] = [this.headerOf('retry-after'), this.headerOf('x-should-retry')];
    this.end(() => this.settle({ kind: 'answered', status, retryAfter, shouldRetry, body }), isWhole);
  }

  private finish(ending: CallEnding): void {
    this.end(() => this.settle(ending));
  }

  /** A connection whose answer was not read to its end is closed: nobody knows how much would follow. */
  private end(tell: () => void, mayKeepConnection = false): void {
    if (this.isOver) return;
    this.isOver = true;
    clearTimeout(this.timer);
    this.options.signal.removeEventListener('abort', this.onAbort);
    tell();
    if (!mayKeepConnection) this.controller?.abort(new Error('The call is over.'));
  }

  private headerOf(name: string): string | undefined {
    const value = this.headers[name];
    return typeof value === 'string' ? value : value?.[0];
  }
}

/** The ending of a call that failed by this error. */
export function endingOf(error: unknown): CallEnding {
  const causes: Error[] = [];
  for (let each = error; isNativeError(each); each = each.cause) causes.push(each);
  const refused = causes.find((cause) => cause instanceof UrlRefusedError);
  if (refused) return { kind: 'forbidden', error: refused };
  const codes = causes.map((cause) => (cause as NodeJS.ErrnoException).code);
  return { kind: 'failed', cause: codes.find((code) => code !== undefined) ?? 'unknown' };
}
