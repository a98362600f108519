import { setTimeout as delay } from 'node:timers/promises';
import { isJobId, type JobAtView, type JobHistory, type JobId, type JobView } from '@jobstream/contracts';
import type { AcceptedJobs } from '@jobstream/intake';
import type { JobQueries, JobRow, ProjectionProgress } from '@jobstream/projection';
import { ProblemError } from '../http/problem-error.js';
import type { Place } from '../live/log-position.js';
import type { LogEnds } from './log-ends.js';
import { viewOfHistory, viewOfJobAt, viewOfRemembered, viewOfRow } from './job-view.js';

/** What {@link JobReader} is made of. */
export interface JobReaderParts {
  readonly queries: JobQueries;
  readonly progress: ProjectionProgress;
  readonly accepted: AcceptedJobs;
  readonly ends: LogEnds;
}

/** A job, and the record that its state is from; null while the projection does not have it. */
export interface FoundJob {
  readonly view: JobView;
  readonly place: Place | null;
}

/** How long a read waits for the projection before it gives up. */
const patienceMs = 2_000;

/**
 * Reads jobs so that a job never seems lost after its 202: one without a row is answered from this process' memory of
 * what it accepted; of an id unknown there too, absence is only claimed once the projection has passed the ends that the
 * log had when the read began.
 */
export class JobReader {
  constructor(private readonly parts: JobReaderParts) {}

  /** @throws ProblemError `invalid_job_id`, `job_not_found`, `projection_behind` */
  async read(text: string): Promise<JobView> {
    return (await this.find(text)).view;
  }

  /** @throws as {@link read} does */
  async find(text: string): Promise<FoundJob> {
    const id = readJobId(text);
    const row = await this.parts.queries.find(id);
    if (row) return foundRow(row);
    const remembered = this.recall(id);
    if (remembered) return { view: remembered, place: null };
    return this.awaitRow(id, async () => {
      const late = await this.parts.queries.find(id);
      return late && foundRow(late);
    });
  }

  /** A job as this process accepted it; undefined once it has forgotten it, or where another one did. */
  recall(id: JobId): JobView | undefined {
    const remembered = this.parts.accepted.find(id);
    return remembered && viewOfRemembered(remembered);
  }

  /** @throws as {@link read} does; of a job just accepted, waits until its first record is projected */
  async readHistory(text: string): Promise<JobHistory> {
    const id = readJobId(text);
    const find = async () => {
      const items = await this.parts.queries.history(id);
      return items && viewOfHistory(items);
    };
    return (await find()) ?? this.awaitRow(id, find);
  }

  /**
   * A job as it was at a time.
   * @throws as {@link read} does; ProblemError `job_not_found` before its first record, `invalid_request` for a time to come
   */
  async readAt(text: string, at: Date): Promise<JobAtView> {
    const id = readJobId(text);
    refuseFuture(at);
    const find = () => this.parts.queries.findAt(id, at);
    const found = (await find()) ?? (await this.awaitRow(id, find));
    if (found.step !== undefined) return viewOfJobAt(found, found.step, at);
    const createdAt = found.now.createdAt.toISOString();
    throw new ProblemError(
      'job_not_found',
      `There was no job ${id} at ${at.toISOString()}: it was created at ${createdAt}.`,
    );
  }

  private async awaitRow<Found>(id: JobId, find: () => Promise<Found | undefined>): Promise<Found> {
    const passed = await this.awaitProjection();
    const found = await find();
    if (found !== undefined) return found;
    if (passed) throw new ProblemError('job_not_found', `No job has the id ${id}.`);
    throw new ProblemError(
      'projection_behind',
      'This id is not known yet, and the projection has not read the whole log. Ask again.',
    );
  }

  /** Whether the projection passed what the log held when this was asked. */
  private async awaitProjection(): Promise<boolean> {
    const giveUp = new AbortController();
    const late = delay(patienceMs, undefined, { signal: giveUp.signal }).catch(() => undefined);
    try {
      const ends = await Promise.race([this.parts.ends.now().catch(() => undefined), late]);
      return ends !== undefined && (await this.parts.progress.waitUntilPassed(ends, patienceMs));
    } finally {
      giveUp.abort();
    }
  }
}

function foundRow(row: JobRow): FoundJob {
  return { view: viewOfRow(row), place: row.place };
}

/** The clocks of who asks and who answers may differ by so much. */
const clockSlackMs = 60_000;

/**
 * Lets times pass of which something can be known.
 * @throws ProblemError `invalid_request`
 */
export function refuseFuture(at: Date | undefined): void {
  if (at === undefined || at.getTime() <= Date.now() + clockSlackMs) return;
  throw new ProblemError('invalid_request', 'The query has faults.', {
    errors: [{ pointer: '/at', detail: 'That time is yet to come.' }],
  });
}

/**
 * A job id as it came, in lower case.
 * @throws ProblemError `invalid_job_id`
 */
export function readJobId(text: string): JobId {
  if (isJobId(text)) return text.toLowerCase();
  throw new ProblemError(
    'invalid_job_id',
    'A job id is a UUID of version 7, as the answer to its submission says.',
  );
}
