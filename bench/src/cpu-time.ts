import { readFileSync } from 'node:fs';

/** Ticks of Linux' clock for processor time, a second: the same on every machine that Node runs on. */
const ticksPerSecond = 100;

/** User and system time that processes of this machine have taken so far, with their children that have ended, in ms. Linux only. */
export function cpuTimeOf(pids: readonly number[]): number {
  return pids.reduce((total, pid) => total + cpuTime(pid), 0);
}

function cpuTime(pid: number): number {
  try {
    // The name, in parentheses, may hold anything.
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8')
      .replace(/^.*\) /s, '')
      .split(' ');
    const ticks = fields.slice(11, 15).reduce((total, field) => total + Number(field), 0);
    return (ticks / ticksPerSecond) * 1_000;
  } catch {
    // It has ended meanwhile, and counts as a child of its parent.
    return 0;
  }
}
