// Records become rows, rows become answers.
export { JobQueries, type ActiveCount, type JobStanding } from './job-queries.js';
export { JobCounts, TooManyToCountError, type CountScope, type CountedJobs } from './job-counts.js';
export type { JobRow } from './job-row.js';
export type { JobFilter, JobPage } from './job-list.js';
export type { HistoryItem } from './history.js';
export type { JobAt } from './job-at.js';
export {
  ReportQueries,
  type DayCount,
  type DayUsage,
  type FailedJob,
  type FailureCause,
  type OutcomeCounts,
  type ReportScope,
  type TypeCount,
  type TypeDuration,
} from './report-queries.js';
export { DailyStatistics, type DailyStatistic } from './daily-statistics.js';
export { OldJobs } from './old-jobs.js';
export { ProjectionPositions, type ProjectionPosition } from './projection-positions.js';
export { NeededJobs } from './needed-jobs.js';
export { LogEnds } from './log-ends.js';
export { ProjectionProgress, type EndOffsets } from './progress.js';
export { ForeignLogError } from './checkpoints.js';
export { Rebuilder, type RebuilderOptions } from './rebuild/rebuilder.js';
export { Rebuilds } from './rebuild/rebuilds.js';
export { RebuildError } from './rebuild/rebuild-error.js';
export type { WrittenRows } from './projected-rows.js';
export { Projector, type ProjectorOptions } from './projector.js';
