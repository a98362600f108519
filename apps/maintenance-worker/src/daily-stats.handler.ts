import type { HandlerOf, JobContext, PayloadOf, ResultOf } from '@jobstream/contracts';
import { dailyStats } from '@jobstream/jobs';
import { JobHandler } from '@jobstream/execution';
import {
  DailyStatistics,
  ReportQueries,
  type DailyStatistic,
  type TypeCount,
  type TypeDuration,
} from '@jobstream/projection';
import { CurrentProjection } from './current-projection.js';
import { dayMs } from './retention.js';

type Stats = typeof dailyStats;

type Counted = { -readonly [Field in keyof DailyStatistic]: DailyStatistic[Field] };

/**
 * Counts the jobs of a day by type, in place of an earlier count. The earlier count stays for a type of which fewer jobs are
 * found now: their rows were deleted meanwhile, and the statistics have to outlive them.
 */
@JobHandler(dailyStats)
export class DailyStatsHandler implements HandlerOf<Stats> {
  constructor(
    private readonly statistics: DailyStatistics,
    private readonly reports: ReportQueries,
    private readonly projection: CurrentProjection,
  ) {}

  async handle(
    payload: PayloadOf<Stats>,
    { createdAt }: Pick<JobContext, 'createdAt'>,
  ): Promise<ResultOf<Stats>> {
    const day = payload.day ?? new Date(createdAt - dayMs).toISOString().slice(0, 10);
    const since = new Date(`${day}T00:00:00Z`);
    const scope = { since, until: new Date(since.getTime() + dayMs) };
    await this.projection.await();
    const { reports } = this;
    const statistics = sumUp(await reports.countsByType(scope), await reports.durationsByType(scope));
    await this.statistics.replace(day, statistics);
    const jobs = statistics.reduce((sum, { created }) => sum + created, 0);
    return { day, jobs, types: statistics.length };
  }
}

function sumUp(counts: readonly TypeCount[], durations: readonly TypeDuration[]): Counted[] {
  const byType = new Map<string, Counted>();
  for (const { type, state, count } of counts) {
    const duration = durations.find((each) => each.type === type);
    const row = byType.get(type) ?? {
      type,
      created: 0,
      succeeded: 0,
      deadLettered: 0,
      other: 0,
      medianMs: duration?.medianMs ?? null,
      p95Ms: duration?.p95Ms ?? null,
    };
    row.created += count;
    if (state === 'succeeded') row.succeeded += count;
    else if (state === 'dead_lettered') row.deadLettered += count;
    else row.other += count;
    byType.set(type, row);
  }
  return [...byType.values()];
}
