import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import type { Platform } from './platform.js';
import type { ProgressTable } from './progress-table.js';
import { repositoryFolder } from './workplace.js';

const run = promisify(execFile);

/** An editor writes a file in several steps, and people save several files. */
const SETTLE_MS = 300;

/** Rebuilds what changes under apps/ and libs/ and restarts the services that stand on it, for as long as we run. */
export async function watchSources(platform: Platform, table: ProgressTable): Promise<void> {
  const changes = new ChangedFiles();
  for (const folder of ['apps', 'libs']) {
    watch(join(repositoryFolder, folder), { recursive: true, persistent: false }, (_, file) => {
      if (file && isSource(file)) changes.add(join(folder, file));
    });
  }
  table.say('watching apps/ and libs/');
  for (;;) {
    const files = await changes.settled();
    if (platform.isStopping) return;
    try {
      await nx('affected', '-t', 'build', `--files=${files.join(',')}`);
      const affected = new Set(await affectedProjects(files));
      const stale = platform.processes.filter(({ service }) => affected.has(`@jobstream/${service}`));
      table.say(
        `${files.join(', ')} changed; restarting ${stale.map(({ name }) => name).join(', ') || 'nothing'}`,
      );
      await Promise.all(stale.map((process) => process.replace()));
    } catch (error) {
      const { stdout, message } = error as { stdout?: string; message: string };
      table.say(`the build failed, so nothing was restarted:\n${stdout ?? message}`);
    }
  }
}

/** Whether a path below apps/ or libs/ is code that a service runs. */
export function isSource(file: string): boolean {
  const parts = file.split(sep);
  return parts[1] === 'src' && file.endsWith('.ts') && !file.endsWith('spec.ts');
}

class ChangedFiles {
  private files = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private wake: () => void = () => undefined;

  add(file: string): void {
    this.files.add(file);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), SETTLE_MS);
  }

  /** The files changed since the last answer, once there are some and no more come. */
  async settled(): Promise<string[]> {
    if (this.files.size === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    const files = [...this.files];
    this.files.clear();
    return files;
  }
}

async function affectedProjects(files: readonly string[]): Promise<string[]> {
  return JSON.parse(
    await nx('show', 'projects', '--affected', '--json', `--files=${files.join(',')}`),
  ) as string[];
}

async function nx(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(repositoryFolder, 'node_modules/.bin/nx'), ...args], {
    cwd: repositoryFolder,
    env: { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false' },
    maxBuffer: 16 * 1024 * 1024,
  });
  return stdout;
}
