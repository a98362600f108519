import { setTimeout as pause } from 'node:timers/promises';
import {
  type HandlerOf,
  type JobContext,
  NonRetryableError,
  type PayloadOf,
  type ResultOf,
  isFinal,
} from '@jobstream/contracts';
import { healthCheck } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import { JobIntake } from '@jobstream/intake';
import { JobQueries, type JobRow } from '@jobstream/projection';

type Check = typeof healthCheck;
type Hops = ResultOf<Check>['hops'];

const lookEveryMs = 20;

/** Sends a probe through the whole platform, and reads from its row how long each hop took. */
@JobHandler(healthCheck)
export class HealthCheckHandler implements HandlerOf<Check> {
  constructor(
    private readonly intake: JobIntake,
    private readonly jobs: JobQueries,
  ) {}

  async handle(
    { withinMs }: PayloadOf<Check>,
    context: Pick<JobContext, 'signal' | 'now'>,
  ): Promise<ResultOf<Check>> {
    const askedAt = context.now();
    const { id } = await this.intake.submit({ type: 'probe.run', payload: { note: 'health check' } });
    const acceptedAt = context.now();
    const row = await this.awaitEnd(id, withinMs, context.signal);
    const visibleAt = context.now();
    if (row?.state !== 'succeeded') throw notThrough(id, row, withinMs);
    const hops = hopsBetween(askedAt, acceptedAt, row, visibleAt);
    return { probe: id, hops, totalMs: visibleAt - askedAt };
  }

  /** The probe's row once it has ended, or as it is when the time is over. */
  private async awaitEnd(id: string, withinMs: number, signal: AbortSignal): Promise<JobRow | undefined> {
    const deadline = performance.now() + withinMs;
    for (;;) {
      const row = await this.jobs.find(id);
      if ((row && isFinal(row.state)) || performance.now() >= deadline) return row;
      await pause(lookEveryMs, undefined, { signal });
    }
  }
}

/** The times come from several machines. A hop that seems to end before it began counts as 0. */
function hopsBetween(askedAt: number, acceptedAt: number, row: JobRow, visibleAt: number): Hops {
  const startedAt = row.startedAt!.getTime();
  const finishedAt = row.finishedAt!.getTime();
  const recordedAt = row.changedAt.getTime();
  const between = (from: number, to: number) => Math.max(0, to - from);
  return {
    accepted: between(askedAt, acceptedAt),
    started: between(acceptedAt, startedAt),
    finished: between(startedAt, finishedAt),
    recorded: between(finishedAt, recordedAt),
    visible: between(recordedAt, visibleAt),
  };
}

function notThrough(id: string, row: JobRow | undefined, withinMs: number): NonRetryableError {
  const where = row
    ? `is ${row.state}: see the probe-worker`
    : 'is accepted and has no status: see the projector';
  return new NonRetryableError(`After ${withinMs} ms the probe ${id} ${where}.`, {
    code: 'health_check_failed',
  });
}
