import { fixTimes, parseFilter, type FilterTerm, type FixedTerm, type JobId } from '@jobstream/contracts';
import { decodeCursor, encodeCursor, unfinishedStates } from '@jobstream/contracts/rest';
import type { JobTypeBook } from '@jobstream/job-types';
import type { Clock } from '@jobstream/runtime';
import { patchPayload } from '../patch/patch-payload.js';
import type { ProjectedJob, Projection } from '../projection.js';
import type { JobsRequest } from '../rows/replay.js';
import { candidateOfJob } from './candidate-of-job.js';
import { decideReplay } from './decide-replay.js';
import { newRunOf } from './new-run.js';
import { PageTally } from './page-tally.js';
import type { SelectedPage } from './selection.js';

export interface MatchingJobsOptions {
  readonly projection: Projection;
  /** The broker's time. A job's time to start counts from it. */
  readonly clock: Clock;
  /** What a changed payload is checked by. */
  readonly jobTypes: JobTypeBook;
}

/** What an action means: some jobs that met its filter, and below which id it goes on. */
export interface MatchingPage {
  readonly jobs: readonly ProjectedJob[];
  readonly below: JobId;
}

/** For how long one page is looked for: nobody waits for it, and what a page brings is saved. */
const searchMs = 1_500;

type Criteria = Pick<JobsRequest, 'action' | 'q' | 'only' | 'patch'>;

/** Finds the jobs of an action in the projection, newest first, page by page. */
export class MatchingJobs {
  constructor(private readonly options: MatchingJobsOptions) {}

  /**
   * Yields pages of jobs that meet the filter; of a cancel, those that have not ended. A page may be empty.
   * @param below only jobs with a lower id: those that were there when the action was asked for
   * @param askedAt ages in the filter count back from it
   */
  async *jobs(criteria: Criteria, below: JobId, limit: number, askedAt: Date): AsyncGenerator<MatchingPage> {
    const { queries } = this.options.projection;
    const terms = termsOf(criteria, askedAt);
    for (let cursor: string | null = encodeCursor(below); cursor !== null;) {
      const payload = criteria.action === 'replay';
      const page = await queries.list({ terms, cursor, limit, payload, searchMs });
      cursor = page.next;
      yield { jobs: page.items, below: cursor === null ? lowestId : decodeCursor(cursor) };
    }
  }

  /** Yields the runs that a replay makes of these jobs. */
  async *pages(request: Criteria, below: JobId, limit: number, askedAt: Date): AsyncGenerator<SelectedPage> {
    const isNamed = isNaming(request.q);
    for await (const page of this.jobs(request, below, limit, askedAt)) {
      const { runs, skipped, faults } = await this.select(page.jobs, request, isNamed);
      yield { runs, skipped, faults, ranges: [], below: page.below };
    }
  }

  private async select(
    jobs: readonly ProjectedJob[],
    { only, patch }: Criteria,
    isNamed: boolean,
  ): Promise<PageTally> {
    const tally = new PageTally();
    for (const job of jobs) {
      await tally.letOthers();
      const decision = decideReplay(job.run, job, only, isNamed);
      if (decision === 'replay') this.add(tally, job, patch);
      else tally.skip(decision);
    }
    return tally;
  }

  private add(tally: PageTally, job: ProjectedJob, patch: Criteria['patch']): void {
    const { clock, jobTypes } = this.options;
    const { id, type } = job;
    const candidate = candidateOfJob(job);
    if (candidate === undefined) return tally.fail(id, 'Its request is not in the projection yet.');
    const patched = patch ? patchPayload(patch, type, job.payload, jobTypes) : { payload: job.payload };
    if ('detail' in patched) return tally.fail(id, patched.detail);
    const run = newRunOf(candidate, patched.payload, clock.now(), jobTypes);
    tally.add({ ...run, type, cause: job.state });
  }
}

/** No job has a lower id. It is one itself, because an action that is taken up again goes on below it. */
const lowestId: JobId = '00000000-0000-7000-8000-000000000000';

const unfinished: FixedTerm = {
  field: 'state',
  isNot: false,
  values: unfinishedStates.map((state) => ({ kind: 'text', parts: [state] })),
};

/** The filter was checked when the action was asked for. */
function termsOf({ action, q }: Criteria, askedAt: Date): FixedTerm[] {
  const terms = fixTimes(parseFilter(q).terms, () => askedAt.getTime());
  return action === 'cancel' ? [...terms, unfinished] : terms;
}

/** Whether a filter names its jobs, or asks for parked ones. Only then it means parked jobs too. */
function isNaming(q: string): boolean {
  return parseFilter(q).terms.some(
    (term: FilterTerm) =>
      !term.isNot &&
      (term.field === 'id' ||
        (term.field === 'reason' &&
          term.values.some((value) => value.kind === 'text' && value.parts.join('') === 'parked'))),
  );
}
