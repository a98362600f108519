// The guard: a process of its own session that runs every child of the starter and outlives it. When the starter's
// channel closes, by a clean end or by kill -9, the guard stops the services, then what they stand on, removes the
// folders it was told to, and ends. So nothing is ever left running, whatever happens to the starter.
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, openSync, rmSync } from 'node:fs';
import type { GuardOrder, GuardReport, Layer, ProcessSpec } from './guard-messages.js';

interface Child {
  spec: ProcessSpec;
  process: ChildProcess;
  ended: Promise<void>;
}

const children = new Map<number, Child>();
const foldersToRemove = new Set<string>();
let ending: Promise<void> | undefined;

function tell(report: GuardReport): void {
  if (process.connected) process.send?.(report, () => undefined);
}

function spawnChild(id: number, spec: ProcessSpec): void {
  if (ending) return tell({ report: 'not-spawned', id, message: 'the stack is stopping' });
  let log: number | undefined;
  try {
    log = openSync(spec.logFile, 'a');
    const child = spawn(spec.command, spec.args, {
      cwd: spec.cwd,
      env: spec.env,
      stdio: ['ignore', log, log],
      detached: true,
      ...spec.runAs,
    });
    child.once('spawn', () => tell({ report: 'spawned', id, pid: child.pid! }));
    child.once('error', (error) => {
      if (child.pid === undefined) tell({ report: 'not-spawned', id, message: error.message });
    });
    if (child.pid === undefined) return;
    const ended = new Promise<void>((resolve) => {
      child.once('exit', (code, signal) => {
        children.delete(id);
        tell({ report: 'exited', id, exit: { code, signal } });
        resolve();
      });
    });
    children.set(id, { spec, process: child, ended });
  } catch (error) {
    tell({ report: 'not-spawned', id, message: (error as Error).message });
  } finally {
    if (log !== undefined) closeSync(log);
  }
}

/** Signals the child's whole process group, so that what it started ends with it. */
function signalChild(child: Child, signal: NodeJS.Signals): void {
  try {
    process.kill(-child.process.pid!, signal);
  } catch {
    child.process.kill(signal);
  }
}

async function stopChild(child: Child): Promise<void> {
  // The stop signal goes to the process alone: it knows best how to end its own children.
  child.process.kill(child.spec.stopSignal);
  const limit = setTimeout(() => signalChild(child, 'SIGKILL'), child.spec.stopLimitMs);
  await child.ended;
  clearTimeout(limit);
}

async function stopLayer(layer: Layer): Promise<void> {
  await Promise.all([...children.values()].filter((child) => child.spec.layer === layer).map(stopChild));
}

async function killAll(): Promise<void> {
  const all = [...children.values()];
  for (const child of all) signalChild(child, 'SIGKILL');
  await Promise.all(all.map((child) => child.ended));
}

async function stopEverything(): Promise<void> {
  await stopLayer('service');
  await stopLayer('backing');
  for (const folder of foldersToRemove) {
    rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  }
  process.exit(0);
}

function end(now: boolean): void {
  ending ??= stopEverything();
  if (now) void killAll();
}

process.on('message', (order: GuardOrder) => {
  switch (order.order) {
    case 'spawn':
      return spawnChild(order.id, order.spec);
    case 'signal': {
      const child = children.get(order.id);
      return child && void child.process.kill(order.signal);
    }
    case 'stop': {
      const child = children.get(order.id);
      return child && void stopChild(child);
    }
    case 'remove-at-end':
      return void foldersToRemove.add(order.folder);
    case 'end':
      return end(order.now);
    default:
      order satisfies never;
  }
});
process.on('disconnect', () => end(false));
for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => end(false));
