import { execFile } from 'node:child_process';
import { watch } from 'node:fs';
import { join, sep } from 'node:path';
import { promisify } from 'node:util';
import { explainFileError } from '../file-errors.js';
import type { Platform } from '../platform.js';
import type { ProgressTable } from '../output/progress-table.js';
import { ChangedFiles } from './changed-files.js';
import { startTypeCheck } from './type-check.js';
import { describeTypes, type TypeReport } from './type-faults.js';
import { repositoryFolder } from '../workplace.js';

const run = promisify(execFile);

/**
 * Rebuilds what changes under apps/ and libs/ and restarts the services that stand on it, for as long as we run. A file whose
 * syntax is wrong is told with its line, and nothing is built: the platform goes on with its last good build. Types are
 * checked beside it.
 */
export async function watchSources(platform: Platform, table: ProgressTable): Promise<void> {
  const changes = new ChangedFiles();
  const unbuilt = new Set<string>();
  const unreadable = new Set<string>();
  if (!watchFolders(changes, table)) return;
  checkTypes(unreadable, platform, table);
  for (;;) {
    for (const file of await changes.settled()) unbuilt.add(file);
    if (platform.isStopping) return;
    try {
      const errors = await findSyntaxErrors([...unbuilt].filter((file) => file.endsWith('.ts')));
      unreadable.clear();
      for (const error of errors) unreadable.add(error.slice(0, error.indexOf(':')));
      if (errors.length > 0) {
        table.say(`${errors.join('\n')}\nnothing was rebuilt; the platform goes on with its last good build`);
        continue;
      }
      await rebuild([...unbuilt], platform, table);
      unbuilt.clear();
    } catch (error) {
      const { stdout, message } = error as { stdout?: string; message: string };
      table.say(`${stdout?.trim() || message}\nthe build failed, so nothing was restarted`);
    }
  }
}

function watchFolders(changes: ChangedFiles, table: ProgressTable): boolean {
  const giveUp = (error: unknown) =>
    table.say(`changes are not seen: ${explainFileError(error)}. The platform goes on without.`);
  try {
    for (const folder of ['apps', 'libs']) {
      const options = { recursive: true, persistent: false };
      const watcher = watch(join(repositoryFolder, folder), options, (_, file) => {
        if (file && isSource(file)) changes.add(join(folder, file));
      });
      watcher.on('error', giveUp);
    }
  } catch (error) {
    giveUp(error);
    return false;
  }
  table.say('watching apps/ and libs/');
  return true;
}

async function rebuild(files: readonly string[], platform: Platform, table: ProgressTable): Promise<void> {
  await nx('affected', '-t', 'build', `--files=${files.join(',')}`);
  const affected = new Set(await affectedProjects(files));
  const stale = platform.processes.filter(({ service }) => affected.has(`@jobstream/${service}`));
  const names = stale.map(({ name }) => name).join(', ');
  table.say(`${files.join(', ')} changed; restarting ${names || 'nothing'}`);
  await Promise.all(stale.map((process) => process.replace()));
}

/** Checks the types now and after each change, in a process of its own that ends with us. */
function checkTypes(unreadable: ReadonlySet<string>, platform: Platform, table: ProgressTable): void {
  const memory = join(repositoryFolder, 'node_modules/.cache/jobstream/types.tsbuildinfo');
  const checker = startTypeCheck(join(repositoryFolder, 'tsconfig.json'), memory);
  let told: string | undefined;
  checker.on('message', (report: TypeReport) => {
    const text = describeTypes(report, unreadable);
    if (text !== undefined && text !== told) table.say(text);
    told = text ?? told;
  });
  checker.once('exit', (code, signal) => {
    if (platform.isStopping) return;
    table.say(
      `types are not checked any more: the compiler ended (${signal ?? code}). See: npx tsc -p tsconfig.json`,
    );
  });
}

/** Each as `file:line:column message`. */
async function findSyntaxErrors(files: readonly string[]): Promise<string[]> {
  try {
    await run(process.execPath, [join(repositoryFolder, 'tools/syntax-errors.mjs'), ...files]);
    return [];
  } catch (error) {
    const { code, stdout } = error as { code?: unknown; stdout?: string };
    // 1 says that there are some; any other end is a fault of the look itself.
    if (code !== 1 || !stdout) throw error;
    return stdout.trim().split('\n');
  }
}

/** Whether a path below apps/ or libs/ is code that a service runs, or part of the console. */
export function isSource(file: string): boolean {
  const parts = file.split(sep);
  return parts[1] === 'src' && /\.(ts|tsx|css)$/.test(file) && !file.endsWith('spec.ts');
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
