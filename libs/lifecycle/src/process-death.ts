import type { JobError } from '@jobstream/contracts/records';

/** How a process ended that ran one attempt and nothing else. */
export interface ProcessDeath {
  /** Null where a signal ended it. */
  readonly exitCode: number | null;
  /** Null where it ended by itself. */
  readonly signal: string | null;
  /** The last that it wrote to its standard error. */
  readonly lastLines: string;
}

/** V8 says this when the heap is full, then ends the process by SIGABRT. */
const heapIsFull = /heap out of memory|Reached heap limit/;

/** A death as the error of its attempt: `out_of_memory` where its heap was full, else `crashed`. */
export function describeCrash(death: ProcessDeath): JobError {
  const { exitCode, signal, lastLines } = death;
  const how = signal ?? `exit code ${exitCode}`;
  const said = lastLines === '' ? 'It wrote nothing to stderr.' : `Its last lines on stderr:\n${lastLines}`;
  return heapIsFull.test(lastLines)
    ? { code: 'out_of_memory', message: `The process ran out of memory (${how}). ${said}` }
    : { code: 'crashed', message: `The process ended by ${how}. ${said}` };
}
