import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { basename } from 'node:path';
import { readVariable } from '../environment.js';

const CHECK_MS = 1_000;

/**
 * Calls back once when the npm that runs us has gone. npm runs a script in a shell, so a signal that ends npm (or, by
 * kill -9, npm alone) never reaches the script: it would run on, unseen. Does nothing when no npm runs us; never keeps
 * the process running.
 */
export function whenNpmEnds(callback: () => void): void {
  if (!readVariable('npm_lifecycle_event')) return;
  const link = findNpm();
  const timer = setInterval(() => {
    if (link.every(({ child, parent }) => readProcess(child)?.parent === parent)) return;
    clearInterval(timer);
    callback();
  }, CHECK_MS);
  timer.unref();
}

/** The links from us up to npm: straight, or by way of a shell. */
function findNpm(): { child: number; parent: number }[] {
  const parent = readProcess(process.ppid);
  const links = [{ child: process.pid, parent: process.ppid }];
  if (parent && isShell(parent.name)) links.push({ child: process.ppid, parent: parent.parent });
  return links;
}

/** Whether a program's name is that of a shell npm may run scripts in. */
export function isShell(name: string): boolean {
  return /^-?(ba|da|a|z|k)?sh$/.test(basename(name));
}

/** The line of a Linux process in /proc: its name stands in parentheses and may hold any character. */
export function readStatLine(line: string): { name: string; parent: number } {
  const end = line.lastIndexOf(')');
  return { name: line.slice(line.indexOf('(') + 1, end), parent: Number(line.slice(end + 2).split(' ')[1]) };
}

/** Whether process 1, which inherits every orphan here, is Node: ours, or npm's. An init would reap them, Node does not. */
export function isNodeProcessOne(): boolean {
  try {
    return process.platform === 'linux' && basename(readlinkSync('/proc/1/exe')) === 'node';
  } catch {
    // Another user's.
    return false;
  }
}

function readProcess(pid: number): { name: string; parent: number } | undefined {
  try {
    if (process.platform === 'linux') return readStatLine(readFileSync(`/proc/${pid}/stat`, 'utf8'));
    const [, parent, name] =
      /^\s*(\d+)\s+(.+)$/m.exec(
        execFileSync('ps', ['-o', 'ppid=,comm=', '-p', String(pid)], { encoding: 'utf8' }),
      ) ?? [];
    return parent && name ? { name, parent: Number(parent) } : undefined;
  } catch {
    return undefined;
  }
}
