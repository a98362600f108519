import { fork, type ChildProcess } from 'node:child_process';
import type { ProcessDeath } from '@jobstream/lifecycle';
import type { LineKeeper } from '../logs/attempt-log.js';
import type { StartableJob } from '../admission/startable-job.js';
import { LastLines } from './last-lines.js';
import { describeAbort, type EndedCall, type Order, type Report } from './messages.js';
import { handlerProcessVariable } from './serve-orders.js';

/** The program of a worker, started once more. */
export interface Program {
  /** The file that Node runs. */
  readonly file: string;
  readonly environment: Readonly<Record<string, string | undefined>>;
}

/** The process ended while its attempt ran. */
export class ProcessDiedError extends Error {
  override readonly name = 'ProcessDiedError';
  readonly code = 'process_died';

  constructor(readonly death: ProcessDeath) {
    super('The handler process ended while its attempt ran.');
  }
}

/** What an attempt in a handler process has from its worker. */
export interface RemoteCall {
  readonly job: StartableJob;
  /** The broker's time. */
  readonly now: number;
  readonly signal: AbortSignal;
  report(progress: unknown): void;
  /** Takes the lines that the handler logs. */
  keepLines(this: void): LineKeeper;
}

/** What it writes last is read for so long after it has ended; others may hold its standard error open. */
const lastWordsMs = 300;
/** A debugger of the worker listens on a port that a second process could not have. */
const debugFlags = /^--(inspect|debug|max-old-space-size)/;

/**
 * A process of the same program as the worker, which calls handlers, one at a time.
 *
 * States: starting → idle ⇄ running → over. It is over once it has ended or is being ended.
 */
export class HandlerProcess {
  /** Resolves once it takes orders, with false when it has ended before. */
  readonly isReady: Promise<boolean>;
  /** How it ended. */
  readonly ended: Promise<ProcessDeath>;
  private readonly child: ChildProcess;
  private readonly lastLines = new LastLines();
  private over = false;
  private spent = false;
  private running:
    { readonly call: RemoteCall; resolve(ended: EndedCall): void; reject(error: Error): void } | undefined;

  /** @param heapMiB the JavaScript heap that it may use */
  constructor({ file, environment }: Program, heapMiB: number) {
    this.child = fork(file, process.argv.slice(2), {
      serialization: 'advanced',
      env: { ...environment, [handlerProcessVariable]: '1' },
      execArgv: [
        ...process.execArgv.filter((flag) => !debugFlags.test(flag)),
        `--max-old-space-size=${heapMiB}`,
      ],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    this.child.stderr!.on('data', (chunk: Buffer) => {
      this.lastLines.add(chunk);
      process.stderr.write(chunk);
    });
    this.ended = this.watchEnd();
    this.isReady = this.watchReadiness();
  }

  /** Undefined where it could not be started. */
  get pid(): number | undefined {
    return this.child.pid;
  }

  get isOver(): boolean {
    return this.over;
  }

  /** Whether a handler runs in it, or may still do so. */
  get isBusy(): boolean {
    return this.running !== undefined || this.spent;
  }

  /** Has it call the handler of a job. @throws ProcessDiedError */
  call(call: RemoteCall): Promise<EndedCall> {
    return new Promise<EndedCall>((resolve, reject) => {
      const abort = () => this.send({ kind: 'abort', reason: describeAbort(call.signal.reason as Error) });
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
      this.send({ kind: 'run', job: call.job, now: call.now });
      if (call.signal.aborted) abort();
      else call.signal.addEventListener('abort', abort);
    });
  }

  /** Kills it, whatever it does. Resolves once it has ended. */
  async end(): Promise<void> {
    this.over = true;
    this.child.kill('SIGKILL');
    await this.ended;
  }

  /** A process that is ending takes nothing any more: its end is the answer. */
  private send(order: Order): void {
    if (this.child.connected) this.child.send(order, () => undefined);
  }

  private async watchEnd(): Promise<ProcessDeath> {
    const how = await new Promise<Pick<ProcessDeath, 'exitCode' | 'signal'>>((resolve) => {
      this.child.on('exit', (exitCode, signal) => resolve({ exitCode, signal }));
      this.child.on('error', (error) => {
        if (this.child.pid === undefined) resolve({ exitCode: null, signal: error.message });
      });
    });
    this.over = true;
    await this.readLastWords();
    const death = { ...how, lastLines: this.lastLines.text };
    this.running?.reject(new ProcessDiedError(death));
    return death;
  }

  private readLastWords(): Promise<void> {
    const { stderr } = this.child;
    if (stderr === null || stderr.destroyed || stderr.readableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(resolve, lastWordsMs);
      stderr.once('close', () => {
        clearTimeout(late);
        resolve();
      });
    });
  }

  private keep(line: string): void {
    const lines = this.running?.call.keepLines();
    if (lines?.keep(line) === false) lines.leaveOut(1);
  }

  private watchReadiness(): Promise<boolean> {
    return new Promise((resolve) => {
      void this.ended.then(() => resolve(false));
      this.child.on('message', (message) => {
        const report = message as Report;
        switch (report.kind) {
          case 'ready':
            return resolve(true);
          case 'progress':
            return this.running?.call.report(report.progress);
          case 'line':
            return void this.keep(report.line);
          case 'lines-left-out':
            return this.running?.call.keepLines().leaveOut(report.count);
          case 'ended':
            this.spent = report.ended.isSpent ?? false;
            return this.running?.resolve(report.ended);
        }
      });
    });
  }
}
