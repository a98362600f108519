import { fork, type ChildProcess } from 'node:child_process';
import { Cell, type Program } from './cell.js';
import { LastLines } from './last-lines.js';
import type { Order, Report } from './messages.js';
import { handlerProcessVariable } from './own-cell.js';

/** What it writes last is read for so long after it has ended; others may hold its standard error open. */
const lastWordsMs = 300;
/** A debugger of the worker listens on a port that a second process could not have. */
const debugFlags = /^--(inspect|debug|max-old-space-size)/;

/** A cell that is a process: whatever a handler does there ends nothing else. */
export class HandlerProcess extends Cell {
  private readonly child: ChildProcess;
  private readonly lastLines = new LastLines();

  /** @param heapMiB the JavaScript heap that it may use */
  constructor({ file, environment }: Program, heapMiB: number) {
    super();
    this.child = fork(file, process.argv.slice(2), {
      // A process group of its own, so that what a handler has started ends with it.
      detached: true,
      serialization: 'advanced',
      env: { ...environment, [handlerProcessVariable]: '1' },
      execArgv: [
        ...process.execArgv.filter((flag) => !debugFlags.test(flag)),
        `--max-old-space-size=${heapMiB}`,
      ],
      stdio: ['ignore', 'inherit', 'pipe', 'ipc'],
    });
    // Not there where the process could not be started for want of file descriptors.
    this.child.stderr?.on('data', (chunk: Buffer) => {
      this.lastLines.add(chunk);
      process.stderr.write(chunk);
    });
    this.child.on('message', (report) => this.take(report as Report));
    // It is about to end, or has cut itself off: nothing can be ordered any more.
    this.child.on('disconnect', () => this.close());
    this.child.on('exit', (exitCode, signal) => {
      this.killGroup();
      void this.noteEnd(exitCode, signal);
    });
    this.child.on('error', (error) => {
      if (this.child.pid === undefined) void this.noteEnd(null, error.message);
    });
  }

  get id(): number | undefined {
    return this.child.pid;
  }

  protected post(order: Order): void {
    if (this.child.connected) this.child.send(order, () => undefined);
  }

  protected kill(): void {
    const { exitCode, signalCode } = this.child;
    if (exitCode === null && signalCode === null) this.killGroup();
  }

  private killGroup(): void {
    const { pid } = this.child;
    try {
      if (pid !== undefined) process.kill(-pid, 'SIGKILL');
    } catch {
      // The whole group has ended.
    }
  }

  private async noteEnd(exitCode: number | null, signal: string | null): Promise<void> {
    this.close();
    await this.readLastWords();
    this.die({ exitCode, signal, lastLines: this.lastLines.text });
  }

  private readLastWords(): Promise<void> {
    const { stderr } = this.child;
    if (!stderr || stderr.destroyed || stderr.readableEnded) return Promise.resolve();
    return new Promise((resolve) => {
      const late = setTimeout(resolve, lastWordsMs);
      stderr.once('close', () => {
        clearTimeout(late);
        resolve();
      });
    });
  }
}
