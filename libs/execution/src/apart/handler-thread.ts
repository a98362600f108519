import { inspect } from 'node:util';
import { Worker } from 'node:worker_threads';
import { Cell, type Program } from './cell.js';
import { LastLines } from './last-lines.js';
import type { Order, Report } from './messages.js';
import { handlerThreadMark } from './own-cell.js';

/** A cell that is a thread: its heap and its event loop are its own. A fault in native code, or `process.kill`, ends the worker. */
export class HandlerThread extends Cell {
  private readonly thread: Worker;
  private readonly lastLines = new LastLines();

  /** @param heapMiB the JavaScript heap that it may use */
  constructor({ file, environment }: Program, heapMiB: number) {
    super();
    this.thread = new Worker(file, {
      argv: process.argv.slice(2),
      env: environment as NodeJS.ProcessEnv,
      workerData: handlerThreadMark,
      resourceLimits: { maxOldGenerationSizeMb: heapMiB },
      stderr: true,
    });
    this.thread.stderr.on('data', (chunk: Buffer) => {
      this.lastLines.add(chunk);
      process.stderr.write(chunk);
    });
    this.thread.on('message', (report) => this.take(report as Report));
    this.thread.on('error', (error) => this.lastLines.add(Buffer.from(inspect(error))));
    this.thread.on('exit', (exitCode) =>
      this.die({ exitCode, signal: null, lastLines: this.lastLines.text }),
    );
  }

  get id(): number | undefined {
    return this.thread.threadId;
  }

  protected post(order: Order): void {
    this.thread.postMessage(order);
  }

  protected kill(): void {
    void this.thread.terminate();
  }
}
