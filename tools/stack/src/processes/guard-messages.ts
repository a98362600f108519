import type { Environment } from '../environment.js';

/**
 * `service` processes are stopped before `backing` ones (Kafka, Postgres), so that a draining service still has a
 * broker to commit to.
 */
export type Layer = 'service' | 'backing';

/** How to run one process under the guard. */
export interface ProcessSpec {
  command: string;
  args: string[];
  /** The whole environment of the process: nothing is inherited. */
  env: Environment;
  cwd: string;
  /** Standard output and standard error are appended here. */
  logFile: string;
  layer: Layer;
  /** The signal that asks the process to end. */
  stopSignal: NodeJS.Signals;
  /** Milliseconds between the stop signal and SIGKILL. */
  stopLimitMs: number;
  /** Run as this user instead of as ourselves (root only). */
  runAs?: { uid: number; gid: number } | undefined;
}

/** How a process ended: by a code, or by a signal. */
export interface Exit {
  code: number | null;
  signal: NodeJS.Signals | null;
}

/** What the starter asks of the guard. */
export type GuardOrder =
  | { order: 'spawn'; id: number; spec: ProcessSpec }
  | { order: 'signal'; id: number; signal: NodeJS.Signals }
  | { order: 'stop'; id: number }
  | { order: 'remove-at-end'; folder: string }
  | { order: 'end'; now: boolean };

/** What the guard tells the starter. */
export type GuardReport =
  | { report: 'spawned'; id: number; pid: number }
  | { report: 'not-spawned'; id: number; message: string }
  | { report: 'exited'; id: number; exit: Exit };
