import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { builtFile } from '../built-file.js';
import { environmentWithout } from '../environment.js';
import type { GuardOrder, GuardReport, ProcessSpec } from './guard-messages.js';
import { GuardedProcess } from './guarded-process.js';

interface Spawning {
  spawned: (process: GuardedProcess) => void;
  failed: (error: Error) => void;
}

/**
 * Runs processes so that none survives us. They are children of one small process in a session of its own; when this
 * process ends in any way, `kill -9` included, that one stops them: services first, then Kafka and Postgres.
 */
export class Guard {
  private readonly spawning = new Map<number, Spawning>();
  private readonly running = new Map<number, GuardedProcess>();
  private nextId = 1;
  private ending = false;
  private gone = false;
  /** Resolves when the guarding process ends although nobody asked it to: with it everything it ran has ended. */
  readonly lost: Promise<void>;

  private constructor(private readonly process: ChildProcess) {
    process.on('message', (report: GuardReport) => this.receive(report));
    this.lost = new Promise((resolve) => {
      process.once('exit', () => {
        this.loseAll();
        if (!this.ending) resolve();
      });
    });
  }

  /** Starts the guarding process, which runs until {@link Guard.end}. */
  static start(): Guard {
    const env = environmentWithout('NODE_OPTIONS');
    return new Guard(
      fork(builtFile('processes/guard-process.js'), { detached: true, stdio: 'ignore', execArgv: [], env }),
    );
  }

  /** The guarding process itself. */
  get pid(): number {
    return this.process.pid!;
  }

  /** Runs a process. Throws when it can't be run at all: no such file, no permission, or the guard is ending. */
  async spawn(spec: ProcessSpec): Promise<GuardedProcess> {
    const id = this.nextId++;
    try {
      return await new Promise<GuardedProcess>((spawned, failed) => {
        this.spawning.set(id, { spawned, failed });
        this.send({ order: 'spawn', id, spec }, failed);
      });
    } catch (error) {
      throw new Error(`${spec.command} did not start: ${(error as Error).message}`, { cause: error });
    }
  }

  /** A folder that the guard removes after everything has stopped, also when we were killed. */
  removeAtEnd(folder: string): void {
    this.send({ order: 'remove-at-end', folder });
  }

  /** Stops everything in order and waits for it. `now` kills instead of asking, also when an orderly end is under way. */
  async end({ now = false } = {}): Promise<void> {
    this.ending = true;
    if (this.gone) return;
    const exited = once(this.process, 'exit');
    this.send({ order: 'end', now });
    await exited;
  }

  private send(order: GuardOrder, failed: (error: Error) => void = () => undefined): void {
    if (this.gone) return failed(new Error('the guard process has ended'));
    this.process.send(order, (error) => error && failed(error));
  }

  private receive(report: GuardReport): void {
    switch (report.report) {
      case 'spawned': {
        const child = new GuardedProcess(report.id, report.pid, (order) => this.send(order));
        this.running.set(report.id, child);
        this.spawning.get(report.id)?.spawned(child);
        return void this.spawning.delete(report.id);
      }
      case 'not-spawned':
        this.spawning.get(report.id)?.failed(new Error(report.message));
        return void this.spawning.delete(report.id);
      case 'exited':
        this.running.get(report.id)?.end(report.exit);
        return void this.running.delete(report.id);
      default:
        report satisfies never;
    }
  }

  /** The guard ended. In order there is nothing left; when it was killed, its children have lost their keeper: end them here. */
  private loseAll(): void {
    this.gone = true;
    for (const spawning of this.spawning.values()) spawning.failed(new Error('the guard process has ended'));
    for (const child of this.running.values()) {
      try {
        process.kill(-child.pid, 'SIGKILL');
      } catch {
        // Ended already.
      }
      child.end({ code: null, signal: 'SIGKILL' });
    }
  }
}
