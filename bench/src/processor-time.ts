import { readdirSync, readFileSync } from 'node:fs';
import { basename } from 'node:path';

/** A process, as /proc shows it. */
export interface SeenProcess {
  readonly pid: number;
  readonly parent: number;
  readonly args: readonly string[];
  /** Its own processor time so far. */
  readonly ms: number;
  /** That of children that have ended and that it has waited for. */
  readonly endedMs: number;
}

/** Linux counts in hundredths of a second for every program, on every machine. */
const tickMs = 10;

/** Where times stand in /proc/<pid>/stat, counted behind the name, which may hold any character. */
const place = { parent: 1, user: 11, system: 12, endedUser: 13, endedSystem: 14 };

/**
 * The processor time that the bench and all that it has started have used so far, by program, in milliseconds. Empty where there is
 * no /proc. That of processes that have ended is nobody's: whose it was is not known any more.
 */
export function processorTimes(): Map<string, number> {
  const times = new Map<string, number>();
  for (const { args, ms } of below(process.pid, readProcesses())) {
    const program = programOf(args);
    times.set(program, (times.get(program) ?? 0) + ms);
  }
  return times;
}

/** What a program is called in results, by its command line. */
export function programOf(args: readonly string[]): string {
  const line = args.join(' ');
  const service = /apps\/([^/ ]+)\/dist\/bundle\.js/.exec(line)?.[1];
  if (service !== undefined) return service;
  if (line.includes('kafka.Kafka')) return 'kafka';
  if (/^postgres|\/postgres\b/.test(line)) return 'postgres';
  const script = args.find((arg) => /\.m?js$/.test(arg)) ?? args[0] ?? '';
  // Some programs write more into their first argument.
  return basename(script.split(' ')[0]!).replace(/\.m?js$/, '');
}

/** The processor time of a process and of all that descend or descended from it, in milliseconds: it never falls. */
export function totalTime(root: number, all: readonly SeenProcess[]): number {
  return below(root, all).reduce((sum, { ms, endedMs }) => sum + ms + endedMs, 0);
}

/** The process and all those that descend from it. */
export function below(root: number, all: readonly SeenProcess[]): SeenProcess[] {
  const found = all.filter(({ pid }) => pid === root);
  for (const each of found) found.push(...all.filter(({ parent }) => parent === each.pid));
  return found;
}

/** All processes of this machine; none where there is no /proc. */
export function readProcesses(): SeenProcess[] {
  return readFolder('/proc').flatMap((name) => (/^\d+$/.test(name) ? readProcess(Number(name)) : []));
}

function readFolder(path: string): string[] {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
}

/** None of a process that has ended meanwhile. */
function readProcess(pid: number): SeenProcess[] {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat
      .slice(stat.lastIndexOf(')') + 2)
      .split(' ')
      .map(Number);
    const args = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
    const ms = (...places: number[]) => places.reduce((sum, each) => sum + fields[each]!, 0) * tickMs;
    return [
      {
        pid,
        parent: fields[place.parent]!,
        args,
        ms: ms(place.user, place.system),
        endedMs: ms(place.endedUser, place.endedSystem),
      },
    ];
  } catch {
    return [];
  }
}
