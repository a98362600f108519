import { isFinal, isJobId, type JobId } from '@jobstream/contracts';
import type { JobAtView, JobHistory, JobView } from '@jobstream/contracts/rest';
import type { DatabaseClock } from '@jobstream/database';
import type { AcceptedJobs } from '@jobstream/intake';
import type { UnstartedSteps } from '@jobstream/flows';
import type { JobQueries, LogEnds, ProjectionProgress } from '@jobstream/projection';
import { maxProjectionWaitMs, type CatchUp } from './catch-up.js';
import { foundRow, latestOf, type FoundJob } from './found-job.js';
import { viewOfHistory, viewOfJobAt, viewOfRemembered } from './job-view.js';
import { reachTime } from './past-time.js';
import type { ShownJobs } from './shown-jobs.js';
import { JobNotStartedError, StatusError } from '../status-error.js';

export interface JobReaderOptions {
  readonly queries: JobQueries;
  readonly progress: ProjectionProgress;
  readonly accepted: AcceptedJobs;
  readonly shown: ShownJobs;
  /** Asked only about jobs that are found nowhere else. */
  readonly steps: Pick<UnstartedSteps, 'find'>;
  /** The ends of the topics on which a job can appear first. */
  readonly ends: LogEnds;
  readonly catchUp: CatchUp;
  readonly databaseClock: DatabaseClock;
}

/**
 * Reads jobs, so that no client sees a job go back.
 *
 * - A job without a row is answered from the memory of accepted jobs. An id that is unknown there too is "not found" only once the
 *   projection has passed the ends that the log had when the read began.
 * - Records that this process has shown from the log count until the projection has them.
 * - Another process may have shown more. So an unfinished job is answered once the projection has all that the log held, after 2 s at
 *   the latest.
 */
export class JobReader {
  constructor(private readonly options: JobReaderOptions) {}

  /** @throws StatusError `invalid_job_id`, `job_not_found`, `projection_behind`; JobNotStartedError */
  async read(text: string): Promise<JobView> {
    return (await this.find(text)).view;
  }

  /** @throws as {@link read} does */
  async find(text: string): Promise<FoundJob> {
    const id = readJobId(text);
    const found = await this.look(id);
    if (found === undefined) return this.awaitRow(id, () => this.look(id));
    if (isFinal(found.view.state) || !(await this.options.catchUp.reach())) return found;
    return latestOf([await this.look(id), found]) ?? found;
  }

  /** The job as this process knows it, without a wait for records that others have shown: for callers that follow the log. @throws as {@link read} does */
  async peek(id: JobId): Promise<FoundJob> {
    return (await this.look(id)) ?? this.awaitRow(id, () => this.look(id));
  }

  /** A job as this process accepted it; undefined when it has forgotten it, or another process accepted it. */
  recall(id: JobId): FoundJob | undefined {
    const remembered = this.options.accepted.find(id);
    return remembered && { view: viewOfRemembered(remembered), place: null };
  }

  /** The history of a job; for a job just accepted, waits until its first record is projected. @throws as {@link read} does */
  async readHistory(text: string): Promise<JobHistory> {
    const id = readJobId(text);
    const find = () => this.options.queries.history(id);
    const found = (await find()) ?? (await this.awaitRow(id, find));
    const isOver = found.some(({ run, state }) => run === found.at(-1)?.run && isFinal(state));
    if (isOver || !(await this.options.catchUp.reach())) return viewOfHistory(found);
    return viewOfHistory((await find()) ?? found);
  }

  /**
   * A job as it was at a time.
   * @throws as {@link read} does; StatusError `job_not_found` before its first record, `invalid_request` for a future time
   */
  async readAt(text: string, at: Date): Promise<JobAtView> {
    const id = readJobId(text);
    const find = () => this.options.queries.findAt(id, at);
    await reachTime(at, this.options);
    const found = (await find()) ?? (await this.awaitRow(id, find));
    if (found.step !== undefined) return viewOfJobAt(found, found.step, at);
    const createdAt = found.now.createdAt.toISOString();
    throw new StatusError(
      'job_not_found',
      `There was no job ${id} at ${at.toISOString()}: it was created at ${createdAt}.`,
    );
  }

  /** The row, with all that this process knows beyond it. */
  private async look(id: JobId): Promise<FoundJob | undefined> {
    const { queries, shown } = this.options;
    const before = shown.find(id);
    const row = await queries.find(id);
    const found = latestOf([row && foundRow(row), before, shown.find(id)]);
    return found && found.view.maxAttempts !== null ? found : latestOf([found, this.recall(id)]);
  }

  private async awaitRow<Found>(id: JobId, find: () => Promise<Found | undefined>): Promise<Found> {
    const first = await this.findOnceCurrent(find);
    if (first.found !== undefined) return first.found;
    const step = await this.options.steps.find(id);
    if (typeof step === 'object') throw new JobNotStartedError(step);
    // It may have started between the two looks.
    const { found, isCurrent } = step === undefined ? first : await this.findOnceCurrent(find);
    if (found !== undefined) return found;
    if (isCurrent) throw new StatusError('job_not_found', `No job has the id ${id}.`);
    throw new StatusError(
      'projection_behind',
      'This id is not known yet, and the projection has not read the whole log. Ask again.',
    );
  }

  private async findOnceCurrent<Found>(find: () => Promise<Found | undefined>) {
    const { progress, ends } = this.options;
    const isCurrent = await progress.waitUntilCurrent(ends, maxProjectionWaitMs).catch(() => false);
    return { found: await find(), isCurrent };
  }
}

/**
 * Checks a job id. @returns it in lower case
 * @throws StatusError `invalid_job_id`
 */
export function readJobId(text: string): JobId {
  if (isJobId(text)) return text.toLowerCase();
  throw new StatusError(
    'invalid_job_id',
    'A job id is a UUID of version 7, as the answer to its submission says.',
  );
}
