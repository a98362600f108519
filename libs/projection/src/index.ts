// Records become rows, rows become answers.
export { JobQueries, type ActiveCount, type JobStanding, type JobWithChildren } from './reads/job-queries.js';
export { JobCounts, TooManyToCountError, type CountScope, type CountedJobs } from './reads/job-counts.js';
export { JobLogProgress } from './logs/job-log-progress.js';
export { JobLogRows, maxLogRows, type JobLogRow } from './logs/job-log-rows.js';
export { JobLogSink, type JobLogSinkOptions } from './logs/job-log-sink.js';
export { ActiveJobs, type ActiveJob, type RunningJob } from './reads/active-jobs.js';
export type { JobRow } from './reads/job-row.js';
export type { JobFilter, JobPage, PastJobPage } from './reads/job-list.js';
export { noBound } from './search/projected-types.js';
export type { SearchReach } from './search/search-reach.js';
export type { HistoryItem } from './reads/history.js';
export type { RunHistory, RunPage } from './reads/run-page.js';
export type { JobAt } from './reads/job-at.js';
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
} from './reads/report-queries.js';
export { DailyStatistics, type DailyStatistic } from './reads/daily-statistics.js';
export { bucketMs } from './throughput/step-tally.js';
export { Throughput, type ThroughputPart, type ThroughputScope } from './throughput/throughput.js';
export { errorGroupOf, isOtherGroup } from './error-groups/error-group.js';
export {
  ErrorGroups,
  type ErrorGroupRow,
  type ErrorGroupRows,
  type ErrorGroupScope,
} from './error-groups/error-groups.js';
export { declareSearch, type SearchDeclaration } from './search/projected-types.js';
export { OldJobs } from './retention/old-jobs.js';
export { ProjectionPositions, type ProjectionPosition } from './progress/projection-positions.js';
export { NeededJobs } from './retention/needed-jobs.js';
export { LogEnds } from './progress/log-ends.js';
export { ProjectionProgress, type EndOffsets } from './progress/progress.js';
export { ForeignLogError } from './progress/checkpoints.js';
export { Rebuilder, type RebuilderOptions } from './rebuild/rebuilder.js';
export { Rebuilds } from './rebuild/rebuilds.js';
export { RebuildError } from './rebuild/rebuild-error.js';
export type { CommittedRows, WrittenRows } from './rows/projected-rows.js';
export { Projector, type ProjectorOptions } from './projector.js';
