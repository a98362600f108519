import { isJobId, type JobId } from '@jobstream/contracts';
import {
  actionRequestSchema,
  decodeCursor,
  defaultCancelRate,
  defaultReplayRate,
  encodeCursor,
  type ActionPage,
  type ActionSurvey,
  type ActionView,
  type OrderListQuery,
} from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import { checkRequest } from './check-request.js';
import { expectedOf, patienceMs } from './first-look.js';
import type { Projection } from './projection.js';
import { projectionBehind, ReplayError } from './replay-error.js';
import { ReplayStore } from './rows/replay-store.js';
import { isAction, type JobsRequest } from './rows/replay.js';
import { MatchingJobs } from './selection/matching-jobs.js';
import { surveyPages, type SurveyedPage } from './selection/survey.js';
import { viewOfAction } from './views/action-view.js';

export interface ActionsOptions {
  readonly database: Database;
  readonly intake: JobIntake;
  readonly projection: Projection;
}

const pageSize = 500;

/** The operations that REST offers on all jobs that meet a filter. */
export class Actions {
  private readonly replays: ReplayStore;
  private readonly matching: MatchingJobs;

  constructor(private readonly options: ActionsOptions) {
    const { intake, projection } = options;
    this.replays = new ReplayStore(options.database);
    this.matching = new MatchingJobs({ projection, clock: intake.clock, jobTypes: intake.jobTypes });
  }

  /**
   * Accepts an action, which a scheduler then runs; a dry run only counts. Refuses an action that would change nothing.
   * @param requestedBy the owner of the API key; null when none was needed
   * @throws ReplayError `invalid_request`, `nothing_to_do`, `patch_breaks_schema`; of a dry run `projection_behind`
   */
  async create(body: unknown, requestedBy: string | null): Promise<ActionSurvey | ActionView> {
    const { dryRun, request } = readRequest(body);
    const { database, intake, projection } = this.options;
    await intake.learnTime();
    const isKnown = await projection.waitUntilCurrent(patienceMs.projection);
    if (dryRun && !isKnown) throw projectionBehind();
    const id = await intake.drawId();
    if (dryRun) return this.survey(request, id, patienceMs.dryRun);
    const expected = isKnown ? await this.lookThrough(request, id) : null;
    const row = { id, request, ranges: [], below: id, expected, requestedBy };
    return viewOfAction({ ...(await this.replays.insert(database, row)), request });
  }

  /** @throws ReplayError `invalid_action_id`, `action_not_found` */
  async read(text: string): Promise<ActionView> {
    const id = checkActionId(text);
    const row = await this.replays.find(id);
    if (!row || !isAction(row)) throw new ReplayError('action_not_found', `No action has the id ${id}.`);
    return viewOfAction(row);
  }

  /** Lists actions, newest first. @throws InvalidCursorError */
  async list({ state, cursor, limit }: OrderListQuery): Promise<ActionPage> {
    const older = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await this.replays.list('actions', { state, older, limit: limit + 1 });
    const items = found.slice(0, limit).filter(isAction).map(viewOfAction);
    return { items, next: found.length > limit ? encodeCursor(items.at(-1)!.id) : null };
  }

  /**
   * Ends an action. What it has changed stays changed.
   * @throws ReplayError `invalid_action_id`, `action_not_found`; `action_over` when it has ended
   */
  async cancel(text: string): Promise<ActionView> {
    const { id, state } = await this.read(text);
    if (await this.replays.cancel(id)) return this.read(id);
    throw new ReplayError('action_over', `The action is ${state} already: there is nothing left to cancel.`);
  }

  /** @returns the number of jobs it will change; null when there are too many to tell */
  private async lookThrough(request: JobsRequest, id: JobId): Promise<number | null> {
    const look = await this.survey(request, id, patienceMs.firstLook);
    return expectedOf({ ...look, changed: look.actionable }, request, {
      code: 'nothing_to_do',
      none: `No ${request.action === 'cancel' ? 'unfinished ' : ''}job meets the filter.`,
      things: 'jobs',
    });
  }

  /** Counts what the action would do, and changes nothing. After the time limit the counts are those so far. */
  private async survey(request: JobsRequest, below: JobId, timeoutMs: number): Promise<ActionSurvey> {
    const { changed, byCause, ...counts } = await surveyPages(this.pages(request, below), timeoutMs);
    return { ...counts, action: request.action, actionable: changed, byState: byCause };
  }

  private async *pages(request: JobsRequest, below: JobId): AsyncGenerator<SurveyedPage> {
    const askedAt = new Date(this.options.intake.clock.now());
    const { matching } = this;
    if (request.action === 'cancel')
      for await (const { jobs } of matching.jobs(request, below, pageSize, askedAt)) {
        const changed = jobs.map(({ state, type }) => ({ cause: state, type }));
        yield { changed, skipped: new Map(), faults: [], isLast: false };
      }
    else
      for await (const { runs, skipped, faults } of matching.pages(request, below, pageSize, askedAt))
        yield { changed: runs, skipped, faults, isLast: false };
  }
}

function readRequest(body: unknown): { readonly dryRun: boolean; readonly request: JobsRequest } {
  const { dryRun, rate, ...rest } = checkRequest(actionRequestSchema, body, 'action');
  const usual = rest.action === 'cancel' ? defaultCancelRate : defaultReplayRate;
  return { dryRun, request: { ...rest, source: 'jobs', rate: rate ?? usual } };
}

function checkActionId(text: string): string {
  if (isJobId(text)) return text.toLowerCase();
  throw new ReplayError(
    'invalid_action_id',
    'The id of an action is a UUID of version 7, as its answer says.',
  );
}
