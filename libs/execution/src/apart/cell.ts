import type { ProcessDeath } from '@jobstream/lifecycle';
import type { StartableJob } from '../admission/startable-job.js';
import type { LineKeeper } from '../logs/attempt-log.js';
import { describeAbort, type EndedCall, type Order, type Report } from './messages.js';

/** The program of a worker, to be started once more. */
export interface Program {
  /** The file that Node runs. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The cell ended while its attempt ran. */
export class CellDiedError extends Error {
  override readonly name = 'CellDiedError';
  readonly code = 'cell_died';

  constructor(readonly death: ProcessDeath) {
    super('The process or thread ended while its attempt ran.');
  }
}

/** What an attempt in a cell has from its worker. */
export interface RemoteCall {
  readonly job: StartableJob;
  /** The broker's time. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** See `Order`. */
  readonly mayStand: boolean;
  report(progress: unknown): void;
  /** Takes the lines that the handler logs. */
  keepLines(this: void): LineKeeper;
}

/**
 * A process or thread of the worker's program, which calls handlers, one at a time.
 *
 * States: starting → idle ⇄ running → over. It is over once it has ended or is being ended.
 */
export abstract class Cell {
  /** Resolves once it takes orders, with false when it has ended before. */
  readonly isReady: Promise<boolean>;
  /** How it ended. */
  readonly ended: Promise<ProcessDeath>;
  private tellReady: (isReady: boolean) => void = () => undefined;
  private tellEnded: (death: ProcessDeath) => void = () => undefined;
  private over = false;
  private spent = false;
  private calls = 0;
  private running:
    { readonly call: RemoteCall; resolve(ended: EndedCall): void; reject(error: Error): void } | undefined;

  constructor() {
    this.isReady = new Promise((resolve) => (this.tellReady = resolve));
    this.ended = new Promise((resolve) => (this.tellEnded = resolve));
  }

  /** Of the process or thread, for the log; undefined where it could not be started. */
  abstract get id(): number | undefined;

  get isOver(): boolean {
    return this.over;
  }

  /** Whether a handler runs in it, or may still do so. */
  get isBusy(): boolean {
    return this.running !== undefined || this.spent;
  }

  /** Whether an attempt has run in it. What it left behind may end it at any time. */
  get isUsed(): boolean {
    return this.calls > 0;
  }

  /** Has it call the handler of a job. @throws CellDiedError */
  call(call: RemoteCall): Promise<EndedCall> {
    this.calls += 1;
    return new Promise<EndedCall>((resolve, reject) => {
      const abort = () => this.post({ kind: 'abort', reason: describeAbort(call.signal.reason as Error) });
      const end = () => {
        call.signal.removeEventListener('abort', abort);
        this.running = undefined;
      };
      this.running = {
        call,
        resolve: (ended) => {
          end();
          resolve(ended);
        },
        reject: (error) => {
          end();
          reject(error);
        },
      };
      this.post({ kind: 'run', job: call.job, now: call.now, mayStand: call.mayStand });
      if (call.signal.aborted) abort();
      else call.signal.addEventListener('abort', abort);
    });
  }

  /** Ends it, whatever it does. Resolves once it has ended. */
  async end(): Promise<void> {
    this.over = true;
    this.kill();
    await this.ended;
  }

  /** Sends an order. One that is ending takes nothing any more: its end is the answer. */
  protected abstract post(order: Order): void;

  protected abstract kill(): void;

  /** Takes what it tells. */
  protected take(report: Report): void {
    switch (report.kind) {
      case 'ready':
        return this.tellReady(true);
      case 'progress':
        return this.running?.call.report(report.progress);
      case 'line':
        return this.keep(report.line);
      case 'lines-left-out':
        return this.running?.call.keepLines().leaveOut(report.count);
      case 'ended':
        this.spent = report.ended.isSpent ?? false;
        return this.running?.resolve(report.ended);
    }
  }

  private keep(line: string): void {
    const lines = this.running?.call.keepLines();
    if (lines?.keep(line) === false) lines.leaveOut(1);
  }

  /** It is ending by itself, or was ended: it takes no more orders. */
  protected close(): void {
    this.over = true;
  }

  /** It has ended. */
  protected die(death: ProcessDeath): void {
    this.close();
    this.running?.reject(new CellDiedError(death));
    this.tellReady(false);
    this.tellEnded(death);
  }
}
