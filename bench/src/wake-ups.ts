import { readdirSync, readFileSync } from 'node:fs';

/** What the threads of a process have done so far. */
export interface ThreadTotals {
  /** Times that a thread went to sleep of its own will, and so was woken up again. */
  readonly wakeUps: number;
  /** Of processor time. */
  readonly seconds: number;
}

/**
 * What all threads of a process have done. Exact to the nanosecond: an idle process takes too little time for the ticks of
 * `/proc/PID/stat`.
 * @throws where there is no such process, or no `/proc`
 */
export function readThreads(pid: number): ThreadTotals {
  const threads = readdirSync(`/proc/${pid}/task`).map((thread) => `/proc/${pid}/task/${thread}`);
  const totals = threads.map((folder) =>
    parseThread(readFileSync(`${folder}/status`, 'utf8'), readFileSync(`${folder}/schedstat`, 'utf8')),
  );
  return {
    wakeUps: totals.reduce((sum, { wakeUps }) => sum + wakeUps, 0),
    seconds: totals.reduce((sum, { seconds }) => sum + seconds, 0),
  };
}

/** Reads `status` and `schedstat` of a thread. */
export function parseThread(status: string, schedstat: string): ThreadTotals {
  const wakeUps = Number(/^voluntary_ctxt_switches:\s+(\d+)$/m.exec(status)?.[1]);
  return { wakeUps, seconds: Number(schedstat.split(' ')[0]) / 1e9 };
}
