import type { AttemptEnding } from '@jobstream/lifecycle';
import {
  endByStop,
  runAsAttempt,
  type Attempted,
  type CallHandler,
  type OpenCall,
} from '../attempt/attempt.js';
import { endByError } from '../attempt/handler-ending.js';
import { ProcessDiedError, type HandlerProcess } from './handler-process.js';

/**
 * Calls handlers in a process of their own. What its time limit is to a handler in the worker, the end of the process is here: a
 * handler that goes on after its grace is ended with it.
 */
export function callIn(place: HandlerProcess): CallHandler {
  return async (job, { definition }, _payload, ports, stop): Promise<Attempted> => {
    const { clock, logger } = ports;
    if (logger.isLevelEnabled('debug')) {
      const { request, run, attempt } = job;
      logger.debug(
        { job: request.id, type: definition.type, run, attempt, handlerProcess: place.pid },
        'attempt started',
      );
    }
    const work = async ({ running: { lazyAbort }, report, keepLines }: OpenCall) => {
      const { signal } = lazyAbort;
      const call = await place.call({ job, now: clock.now(), signal, report, keepLines });
      return { ...call, isLate: lazyAbort.hasHappened };
    };
    const { start, ended } = await runAsAttempt(job, definition, ports, { stop, isHere: false, work });
    switch (ended.kind) {
      case 'returned': {
        const { ending, children, isLate } = ended.result;
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
  return thrown instanceof ProcessDiedError
    ? { kind: 'process-died', death: thrown.death }
    : endByError(thrown);
}
