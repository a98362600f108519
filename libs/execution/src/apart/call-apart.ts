import type { AttemptEnding } from '@jobstream/lifecycle';
import {
  endByStop,
  refuse,
  runAsAttempt,
  type Attempted,
  type CallHandler,
  type OpenCall,
} from '../attempt/attempt.js';
import { endByError } from '../attempt/handler-ending.js';
import { CellDiedError, type Cell } from './cell.js';

/** An isolated job could not be given a process or thread of its own. It is not run without. */
class NotIsolatedError extends Error {
  override readonly name = 'NotIsolatedError';
  readonly code = 'not_isolated';

  constructor(type: string) {
    super(
      `The worker could not start the process or thread that "${type}" is isolated in. ` +
        'Its program must be a file that may be started a second time: see the log of the worker.',
    );
  }
}

/**
 * Calls handlers in a cell. What its time limit is to a handler in the worker, the end of the cell is here: a handler that goes on
 * after its grace is ended with it.
 * @param cell undefined where none could be started: the attempt fails
 * @param mayStand see `Order`
 */
export function callIn(cell: Cell | undefined, mayStand: boolean): CallHandler {
  return async (job, { definition }, ports, stop): Promise<Attempted> => {
    const { clock, logger } = ports;
    if (logger.isLevelEnabled('debug')) {
      const { request, run, attempt } = job;
      logger.debug(
        { job: request.id, type: definition.type, run, attempt, cell: cell?.id },
        'attempt started',
      );
    }
    const work = async ({ running: { lazyAbort }, report, keepLines }: OpenCall) => {
      const { signal } = lazyAbort;
      if (!cell) throw new NotIsolatedError(definition.type);
      const call = await cell.call({ job, now: clock.now(), signal, mayStand, report, keepLines });
      return { ...call, isLate: lazyAbort.hasHappened };
    };
    const { start, ended } = await runAsAttempt(job, definition, ports, { stop, isHere: false, work });
    switch (ended.kind) {
      case 'returned': {
        const { ending, children, isLate } = ended.result;
        if (ending.kind === 'invalid-payload') return refuse(ending, definition.type, ports);
        if (ending.kind === 'threw' && isLate) return { ending: endByStop(job, definition, ports), start };
        return { ending, start, children };
      }
      case 'threw':
        return { ending: endOf(ended.thrown), start };
      case 'timed-out':
        return { ending: endByStop(job, definition, ports), start };
    }
  };
}

function endOf(thrown: unknown): AttemptEnding {
  return thrown instanceof CellDiedError ? { kind: 'process-died', death: thrown.death } : endByError(thrown);
}
