import { AsyncLocalStorage } from 'node:async_hooks';
import { maxResultBytes } from '@jobstream/contracts';
import type { Clock, Logger } from '@jobstream/runtime';
import { Children } from '../attempt/children.js';
import { check, endByError, endByResult } from '../attempt/handler-ending.js';
import { LazyAbort } from '../attempt/lazy-abort.js';
import { copyOfProgress } from '../attempt/running-reports.js';
import type { StartableJob } from '../admission/startable-job.js';
import { AttemptContext } from '../handlers/attempt-context.js';
import type { Handlers } from '../handlers/handlers.js';
import type { LineKeeper } from '../logs/attempt-log.js';
import type { ThreadPool } from '../handlers/thread-pool.js';
import { abortErrorOf, type EndedCall, type Order, type Report } from './messages.js';

/** The parts of a cell. */
export interface OrderPorts {
  /** The handlers of each queue of the worker. */
  readonly handlers: ReadonlyMap<string, Handlers>;
  readonly logger: Logger;
  readonly threads: ThreadPool;
  /** The broker's time. */
  readonly clock: Clock;
  /** Takes the broker's time from an order. */
  observe(now: number): void;
  /** Whether the event loop may stand still from now on: see `Order`. */
  letStand(mayStand: boolean): void;
}

/** Calls handlers as the worker orders, one after another. */
export class OrderServer {
  /** Tells in whose course a promise was made. */
  private readonly origins = new AsyncLocalStorage<LazyAbort>();
  private running: { readonly lazyAbort: LazyAbort; fail(error: unknown): void } | undefined;

  /** @param send tells the worker */
  constructor(
    private readonly ports: OrderPorts,
    private readonly send: (report: Report) => void,
  ) {}

  take(order: Order): void {
    switch (order.kind) {
      case 'run':
        this.ports.observe(order.now);
        this.ports.letStand(order.mayStand);
        return void this.run(order.job).then((ended) => this.send({ kind: 'ended', ended }));
      case 'abort':
        return this.running?.lazyAbort.abort(abortErrorOf(order.reason));
    }
  }

  /**
   * Takes a rejection that nobody handles, in the turn in which Node reports it: the attempt that made it fails, unless it has ended.
   * @returns false where no attempt is at fault
   */
  takeRejection(error: unknown): boolean {
    const origin = this.origins.getStore();
    if (origin !== undefined && origin !== this.running?.lazyAbort) {
      this.ports.logger.error({ err: error }, 'rejection handled by nobody: its attempt has ended');
      return true;
    }
    this.running?.fail(error);
    return this.running !== undefined;
  }

  private run(job: StartableJob): Promise<EndedCall> {
    const lazyAbort = new LazyAbort();
    const stray = new Promise<EndedCall>((resolve) => {
      const fail = (error: unknown) => resolve({ ending: endByError(error), children: [], isSpent: true });
      this.running = { lazyAbort, fail };
    });
    return Promise.race([this.call(job, lazyAbort), stray]);
  }

  private async call(job: StartableJob, lazyAbort: LazyAbort): Promise<EndedCall> {
    const { handlers, logger, threads, clock } = this.ports;
    const children = new Children(job, clock, true);
    const lines = new ReportedLines(this.send);
    try {
      const { definition, handler } = handlers.get(job.request.queue)!.get(job.request.type)!;
      const payload = check(definition.payload, job.request.payload);
      if ('detail' in payload)
        return { ending: { kind: 'invalid-payload', detail: payload.detail }, children: [] };
      const report = (progress: unknown) => {
        // What a handler leaves behind goes on: it is not to report for the next attempt.
        if (this.running?.lazyAbort !== lazyAbort) return;
        this.send({ kind: 'progress', progress: copyOfProgress(progress) });
      };
      const ports = { logger, clock, threads, lazyAbort, children, report, keepLines: () => lines };
      const context = new AttemptContext(definition, job, ports);
      const returned = await this.origins.run(lazyAbort, () => handler.handle(payload.data, context));
      const ending = endByResult(definition.result, returned);
      if (ending.kind !== 'returned') return { ending, children: [] };
      // As JSON: so both cross the border as they will stand in the log.
      // One that is too large is refused by its size: the worker need not hold it.
      const result = ending.bytes > maxResultBytes ? null : ending.result;
      const ended: EndedCall = { ending: { ...ending, result }, children: children.end() };
      return JSON.parse(JSON.stringify(ended)) as EndedCall;
    } catch (error) {
      return { ending: endByError(error), children: [] };
    } finally {
      children.end();
      lines.end();
      this.running = undefined;
    }
  }
}

/** Tells the worker the lines of one attempt. */
class ReportedLines implements LineKeeper {
  private leftOut = 0;
  private hasEnded = false;

  constructor(private readonly send: (report: Report) => void) {}

  keep(line: string): boolean {
    if (!this.hasEnded) this.send({ kind: 'line', line });
    return !this.hasEnded;
  }

  leaveOut(count: number): void {
    this.leftOut += count;
  }

  end(): void {
    this.hasEnded = true;
    if (this.leftOut > 0) this.send({ kind: 'lines-left-out', count: this.leftOut });
  }
}
