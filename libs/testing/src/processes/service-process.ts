import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { NODE_OPTIONS } from '@jobstream/stack';
import { eventually, patienceMs } from '../eventually.js';
import { freePort } from './free-port.js';

/** One line of a service's log. */
export interface LogLine {
  readonly level: string;
  readonly time: string;
  readonly msg: string;
  readonly [field: string]: unknown;
}

const running = new Set<ServiceProcess>();

/** Every service process that was started and has not ended. A test file that leaves one behind fails. */
export function leftBehind(): string[] {
  return [...running].map(({ name, pid }) => `${name} (${pid})`);
}

process.on('exit', () => running.forEach((service) => service.kill()));

/** One real process of a service, run from its build with an environment of its own. */
export class ServiceProcess {
  /** Every log line so far, of this process only. */
  readonly log: LogLine[] = [];
  private readonly listeners = new Set<() => void>();

  private constructor(
    readonly name: string,
    readonly port: number,
    private readonly child: ChildProcess,
    /** How it ended; settles once it has, with its complete log. */
    readonly ended: Promise<{ readonly code: number | null; readonly signal: NodeJS.Signals | null }>,
  ) {}

  /**
   * Starts it and waits until `/health/ready` answers 200.
   * @throws when it ends or is not ready in time, with its last log lines.
   */
  static async start(
    name: string,
    environment: Record<string, string>,
    port?: number,
  ): Promise<ServiceProcess> {
    const service = await ServiceProcess.launch(name, environment, port);
    await service.ready();
    return service;
  }

  /**
   * Starts it without waiting.
   * @param main the program; default: the bundle of `apps/<name>`
   */
  static async launch(
    name: string,
    environment: Record<string, string>,
    port?: number,
    main = fileURLToPath(new URL(`../../../../apps/${name}/dist/bundle.js`, import.meta.url)),
  ): Promise<ServiceProcess> {
    if (!existsSync(main)) throw new Error(`${name} is not built: there is no ${main}.`);
    const ownPort = port ?? (await freePort());
    const child = spawn(process.execPath, [...NODE_OPTIONS, main], {
      env: { PATH: process.env.PATH, ...environment, PORT: String(ownPort) },
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    // Not at its exit: its last log lines may still be unread then.
    const ended = once(child, 'close').then(([code, signal]) => ({
      code: code as number | null,
      signal: signal as NodeJS.Signals | null,
    }));
    const service = new ServiceProcess(name, ownPort, child, ended);
    running.add(service);
    void ended.then(() => running.delete(service));
    createInterface({ input: child.stdout }).on('line', (line) => service.append(line));
    return service;
  }

  get pid(): number {
    return this.child.pid!;
  }

  get url(): string {
    return `http://127.0.0.1:${this.port}`;
  }

  get alive(): boolean {
    return this.child.exitCode === null && this.child.signalCode === null;
  }

  async ready(timeoutMs = patienceMs): Promise<void> {
    await eventually(
      async () => {
        if (!this.alive) return;
        const answer = await fetch(`${this.url}/health/ready`);
        if (!answer.ok)
          throw new Error(`${this.name} is not ready: ${await answer.text()}\n${this.lastLines()}`);
      },
      { timeoutMs, everyMs: 100 },
    );
    if (!this.alive) throw new Error(`${this.name} ended before it was ready:\n${this.lastLines()}`);
  }

  /** Resolves with the first log line, past or to come, that `matches`. */
  async logged(matches: (line: LogLine) => boolean, timeoutMs = patienceMs): Promise<LogLine> {
    const found = () => this.log.find(matches);
    const line = found();
    if (line) return line;
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.listeners.delete(look);
        reject(new Error(`${this.name} did not log it within ${timeoutMs} ms:\n${this.lastLines()}`));
      }, timeoutMs);
      const look = () => {
        const late = found();
        if (!late) return;
        clearTimeout(timer);
        this.listeners.delete(look);
        resolve(late);
      };
      this.listeners.add(look);
    });
  }

  /** SIGKILL: no chance to clean up. Resolves once it has ended, and proves that the signal ended it. */
  async crash(): Promise<void> {
    this.kill();
    const { signal } = await this.ended;
    if (signal !== 'SIGKILL')
      throw new Error(`${this.name} had ended before it could be killed (${signal}).`);
  }

  /** SIGTERM, and resolves with the exit code once it has ended. */
  async stop(): Promise<number | null> {
    this.signal('SIGTERM');
    return (await this.ended).code;
  }

  signal(signal: NodeJS.Signals): void {
    if (this.alive) this.child.kill(signal);
  }

  kill(): void {
    this.signal('SIGKILL');
  }

  private append(text: string): void {
    try {
      this.log.push(JSON.parse(text) as LogLine);
    } catch {
      this.log.push({ level: 'none', time: '', msg: text });
    }
    this.listeners.forEach((look) => look());
  }

  private lastLines(): string {
    return this.log
      .filter(({ level }) => level !== 'debug' && level !== 'trace')
      .slice(-15)
      .map((line) => JSON.stringify(line))
      .join('\n');
  }
}
