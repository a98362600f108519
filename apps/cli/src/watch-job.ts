import type { JobEvent, JobstreamClient } from '@jobstream/client';
import type { JobView } from '@jobstream/contracts/rest';
import { CommandError } from './command-error.js';
import { exitCodes, type ExitCode } from './exit-codes.js';
import { untilInterrupted } from './interruption.js';
import type { Terminal } from './terminal.js';

/** How a job is followed. */
export interface WatchOptions {
  /** Default: to its end, however long that takes. */
  readonly waitMs?: number;
  /** What a person is told at the beginning, beside that Ctrl-C ends the watching alone. */
  readonly greeting?: string;
  /** Takes what happens before its end. */
  readonly show: (event: Exclude<JobEvent, { kind: 'end' }>) => void;
}

/**
 * Follows a job to its end. Ctrl-C ends the watching alone.
 * @throws CommandError when Ctrl-C was pressed, or the time is over
 */
export async function watchJob(
  client: JobstreamClient,
  terminal: Terminal,
  id: string,
  { waitMs, greeting = '', show }: WatchOptions,
): Promise<JobView> {
  const late = waitMs === undefined ? new AbortController().signal : AbortSignal.timeout(waitMs);
  const advice = `\n  watch it:   npx jobstream jobs watch ${id}\n  cancel it:  npx jobstream cancel ${id}`;
  return untilInterrupted(
    async (interrupted) => {
      terminal.tell(`${greeting}Ctrl-C ends the watching alone.`);
      try {
        for await (const event of client.follow(id, { signal: AbortSignal.any([interrupted, late]) })) {
          if (event.kind === 'end') return event.job;
          show(event);
        }
      } catch (error) {
        if (!late.aborted || interrupted.aborted) throw error;
      }
      throw new CommandError(exitCodes.failure, `Job ${id} has not ended in that time.${advice}`);
    },
    () => `\nJob ${id} goes on.${advice}`,
  );
}

/** The exit code of a command that waited for a job. */
export function exitCodeOfJob({ state }: Pick<JobView, 'state'>): ExitCode {
  return state === 'succeeded' ? exitCodes.ok : exitCodes.failure;
}
