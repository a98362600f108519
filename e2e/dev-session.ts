import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';

/** `npx jobstream dev` in a folder, as in a terminal of its own. */
export class DevSession {
  private readonly child: ChildProcess;
  private readonly lines: string[] = [];
  private readonly listeners = new Set<() => void>();
  private read = 0;

  /** @param port the API's */
  constructor(
    private readonly folder: string,
    port: number,
  ) {
    const own = Object.entries(process.env).filter(
      ([name]) => !/^(KAFKA_|DATABASE_URL|JOBSTREAM_|NODE_OPTIONS|PORT)/.test(name),
    );
    this.child = spawn('npx', ['--no', 'jobstream', 'dev', '--port', String(port)], {
      cwd: folder,
      env: Object.fromEntries(own),
      stdio: ['ignore', 'pipe', 'inherit'],
      // A Ctrl-C reaches all processes of a terminal, and this is a terminal's group of processes.
      detached: true,
    });
    createInterface(this.child.stdout!).on('line', (line) => {
      this.lines.push(line);
      for (const look of this.listeners) look();
    });
    this.child.once('exit', () => this.listeners.forEach((look) => look()));
  }

  /** The first line that matches after the one that was found last. */
  async said(pattern: RegExp): Promise<string> {
    for (;;) {
      const found = this.lines.findIndex((line, nth) => nth >= this.read && pattern.test(line));
      if (found >= 0) {
        this.read = found + 1;
        return this.lines[found]!;
      }
      if (this.hasEnded) throw new Error(`It ended, and never said ${pattern}:\n${this.lines.join('\n')}`);
      await this.nextLine();
    }
  }

  /** The pids of what it runs, by service. */
  processes(): Map<string, number> {
    const file = join(this.folder, '.jobstream/processes.json');
    const entries = JSON.parse(readFileSync(file, 'utf8')) as { service: string; pid: number }[];
    return new Map(entries.map(({ service, pid }) => [service, pid]));
  }

  /** Ctrl-C; resolves once it has ended. */
  async interrupt(): Promise<void> {
    if (this.hasEnded) return;
    const ended = once(this.child, 'exit');
    process.kill(-this.child.pid!, 'SIGINT');
    await ended;
  }

  private get hasEnded(): boolean {
    return this.child.exitCode !== null || this.child.signalCode !== null;
  }

  private nextLine(): Promise<void> {
    return new Promise((resolve) => {
      const look = () => {
        this.listeners.delete(look);
        resolve();
      };
      this.listeners.add(look);
    });
  }
}
