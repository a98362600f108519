import type { PayloadOf, ResultOf } from '@jobstream/contracts';
import { dailyStats } from '@jobstream/jobs';
import { JobHandler, type HandlerOf, type JobContext } from '@jobstream/execution';
import { Database } from '@jobstream/database';
import { ReportQueries, type TypeCount, type TypeDuration } from '@jobstream/projection';
import { CurrentProjection } from './current-projection.js';
import { dayMs } from './retention.js';

type Stats = typeof dailyStats;

interface DailyStatistic {
  readonly type: string;
  created: number;
  succeeded: number;
  deadLettered: number;
  other: number;
  readonly medianMs: number | null;
  readonly p95Ms: number | null;
}

/**
 * Counts the jobs of a day by type, in place of an earlier count. The earlier count stays for a type of which fewer jobs are
 * found now: their rows were deleted meanwhile, and the statistics have to outlive them.
 */
@JobHandler(dailyStats)
export class DailyStatsHandler implements HandlerOf<Stats> {
  constructor(
    private readonly database: Database,
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
    await this.replace(day, statistics);
    const jobs = statistics.reduce((sum, { created }) => sum + created, 0);
    return { day, jobs, types: statistics.length };
  }

  private async replace(day: string, statistics: readonly DailyStatistic[]): Promise<void> {
    const { database } = this;
    const column = <Key extends keyof DailyStatistic>(key: Key) => statistics.map((row) => row[key]);
    await database.query({
      text: `INSERT INTO ${database.operations}.daily_statistics AS kept
               (day, type, created, succeeded, dead_lettered, other, median_ms, p95_ms)
             SELECT $1::date, * FROM unnest($2::text[], $3::bigint[], $4::bigint[], $5::bigint[], $6::bigint[],
               $7::double precision[], $8::double precision[])
             ON CONFLICT (day, type) DO UPDATE SET
               created = excluded.created, succeeded = excluded.succeeded, dead_lettered = excluded.dead_lettered,
               other = excluded.other, median_ms = excluded.median_ms, p95_ms = excluded.p95_ms
             WHERE excluded.created >= kept.created`,
      values: [
        day,
        column('type'),
        column('created'),
        column('succeeded'),
        column('deadLettered'),
        column('other'),
        column('medianMs'),
        column('p95Ms'),
      ],
    });
  }
}

function sumUp(counts: readonly TypeCount[], durations: readonly TypeDuration[]): DailyStatistic[] {
  const byType = new Map<string, DailyStatistic>();
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
