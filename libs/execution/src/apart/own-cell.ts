import { isMainThread, parentPort, workerData } from 'node:worker_threads';
import type { Order, Report } from './messages.js';

/** Set in the environment of a handler process, and nowhere else. */
export const handlerProcessVariable = 'JOBSTREAM_HANDLER_PROCESS';
/** The data of a handler thread. */
export const handlerThreadMark = 'jobstream-handler-thread';

/** The way from a cell to its worker. */
export interface OwnCell {
  readonly isThread: boolean;
  send(report: Report): void;
  /** Calls back with each order. */
  onOrder(take: (order: Order) => void): void;
}

/**
 * The cell that this program runs in; undefined in a worker. A handler process whose worker has gone before this is called ends at once:
 * it would become a second worker, which nobody has started and nobody ends.
 */
export function findOwnCell(): OwnCell | undefined {
  if (!isMainThread && workerData === handlerThreadMark && parentPort !== null) {
    const port = parentPort;
    return {
      isThread: true,
      send: (report) => port.postMessage(report),
      onOrder: (take) => port.on('message', take),
    };
  }
  if (process.env[handlerProcessVariable] === undefined) return undefined;
  if (!process.connected) process.exit(1);
  // What a handler starts is no handler process.
  delete process.env[handlerProcessVariable];
  return {
    isThread: false,
    send: (report) => process.send?.(report, () => undefined),
    onOrder: (take) => process.on('message', take),
  };
}
