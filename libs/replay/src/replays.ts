import { randomUUID } from 'node:crypto';
import { isJobId, type JobId, type Topics } from '@jobstream/contracts';
import {
  decodeCursor,
  encodeCursor,
  jobReplaySchema,
  replayRequestSchema,
  type AcceptedJob,
  type OrderListQuery,
  type PageQuery,
  type PayloadPatch,
  type ReplayJobPage,
  type ReplayPage,
  type ReplayRequest,
  type ReplaySurvey,
  type ReplayView,
  linksOf,
} from '@jobstream/contracts/rest';
import type { Database } from '@jobstream/database';
import type { JobIntake } from '@jobstream/intake';
import type { LogReader, TopicAdmin } from '@jobstream/kafka';
import type { JobTypeBook } from '@jobstream/job-types';
import { checkRequest } from './check-request.js';
import { expectedOf, patienceMs } from './first-look.js';
import { patchPayload } from './patch/patch-payload.js';
import { decodePlace, encodePlace } from './place-cursor.js';
import type { ProjectedJob, Projection } from './projection.js';
import { projectionBehind, ReplayError } from './replay-error.js';
import { ReplayStore } from './rows/replay-store.js';
import type { JobReplayRequest } from './rows/replay.js';
import { NotAcknowledgedError, ReservedRuns } from './rows/reserved-runs.js';
import { candidateOfJob } from './selection/candidate-of-job.js';
import { decideReplay } from './selection/decide-replay.js';
import { newRunOf, type NewRun } from './selection/new-run.js';
import { locateRanges, type Range } from './selection/ranges.js';
import { Selection } from './selection/selection.js';
import { surveyReplay } from './selection/survey.js';
import { viewOfReplay } from './views/replay-view.js';

export interface ReplaysOptions {
  readonly database: Database;
  readonly reader: LogReader;
  readonly admin: TopicAdmin;
  readonly topics: Topics;
  readonly intake: JobIntake;
  readonly projection: Projection;
}

/** One job is produced within this time, or left to the runners of replays. */
const jobLeaseMs = 15_000;

/** The operations on replays that REST offers. */
export class Replays {
  private readonly replays: ReplayStore;
  private readonly reserved: ReservedRuns;
  private readonly selection: Selection;

  constructor(private readonly options: ReplaysOptions) {
    const { database, intake } = options;
    this.replays = new ReplayStore(database);
    this.reserved = new ReservedRuns(database, this.replays, intake);
    this.selection = new Selection({ ...options, clock: intake.clock, jobTypes: intake.jobTypes });
  }

  /**
   * Accepts a replay, which a scheduler then runs; a dry run only counts. Refuses a replay that would be of no use.
   * @param requestedBy the owner of the API key; null when none was needed
   * @throws ReplayError `invalid_request`, `queue_not_found`, `offsets_outside_log`, `nothing_to_replay`,
   * `patch_breaks_schema`; of a dry run `projection_behind`
   */
  async create(body: unknown, requestedBy: string | null): Promise<ReplaySurvey | ReplayView> {
    const request = checkRequest(replayRequestSchema, body, 'replay');
    const { admin, topics } = this.options;
    const ranges = await locateRanges(admin, topics, request);
    const isKnown = await this.options.projection.waitUntilCurrent(patienceMs.projection);
    if (request.dryRun) {
      if (!isKnown) throw projectionBehind();
      return surveyReplay(this.selection, request, ranges, await this.now(), patienceMs.dryRun);
    }
    const expected = isKnown ? await this.lookThrough(request, ranges) : null;
    const replay = {
      id: await this.options.intake.drawId(),
      request,
      ranges,
      below: null,
      expected,
      requestedBy,
    };
    return viewOfReplay(await this.replays.insert(this.options.database, replay));
  }

  /** @throws ReplayError `invalid_replay_id`, `replay_not_found` */
  async read(text: string): Promise<ReplayView> {
    const id = checkReplayId(text);
    const replay = await this.replays.find(id);
    if (!replay) throw notFound(id);
    return viewOfReplay(replay);
  }

  /** Lists replays, newest first. @throws InvalidCursorError */
  async list({ state, cursor, limit }: OrderListQuery): Promise<ReplayPage> {
    const older = cursor === undefined ? undefined : decodeCursor(cursor);
    const found = await this.replays.list('replays', { state, older, limit: limit + 1 });
    const items = found.slice(0, limit).map(viewOfReplay);
    return { items, next: found.length > limit ? encodeCursor(items.at(-1)!.id) : null };
  }

  /** Lists the runs that a replay made or is about to make, by job. @throws as {@link read} and {@link list} do */
  async listJobs(text: string, { cursor, limit }: PageQuery): Promise<ReplayJobPage> {
    const { id } = await this.read(text);
    const [after, run] = cursor === undefined ? [] : decodePlace(cursor, isRunPlace);
    const place = after === undefined || run === undefined ? undefined : { id: after, run };
    const found = await this.reserved.list(id, place, limit + 1);
    const items = found.slice(0, limit);
    const last = items.at(-1);
    return { items, next: found.length > limit && last ? encodePlace([last.id, last.run]) : null };
  }

  /**
   * Ends a replay once the jobs that it has reserved are in their queue.
   * @throws ReplayError `invalid_replay_id`, `replay_not_found`; `replay_over` when it has ended
   */
  async cancel(text: string): Promise<ReplayView> {
    const id = checkReplayId(text);
    if (await this.replays.cancel(id)) return this.read(id);
    const { state } = await this.read(id);
    throw new ReplayError('replay_over', `The replay is ${state} already: there is nothing left to cancel.`);
  }

  /**
   * Runs one ended job again. Its request is acknowledged when this resolves, and usually projected.
   * @throws ReplayError `invalid_job_id`, `job_not_found`, `job_unfinished`, `job_already_replayed`, `invalid_request`,
   * `patch_breaks_schema`, `projection_behind`; `broker_unavailable` when it is not acknowledged yet
   */
  async replayJob(text: string, body: unknown, requestedBy: string | null): Promise<AcceptedJob> {
    const { patch, why } = checkRequest(jobReplaySchema, body === undefined ? {} : body, 'replay');
    const job = await this.findReplayable(text);
    const made = makeRun(job, patch, await this.now(), this.options.intake.jobTypes);
    const id = await this.options.intake.drawId();
    const token = randomUUID();
    const request: JobReplayRequest = {
      source: 'job',
      queue: job.queue,
      ...(patch && { patch }),
      ...(why !== undefined && { why }),
    };
    const replay = await this.options.database.transaction(async (session) => {
      const lease = { token, ms: jobLeaseMs };
      const row = { id, request, ranges: [], below: null, expected: 1, requestedBy };
      const written = await this.replays.insert(session, row, lease);
      if ((await this.reserved.reserve(session, id, [made])) === 0) throw alreadyReplayed(job);
      return written;
    });
    await this.produceOne(id).catch(async (error: unknown) => {
      // If this fails too, the lease runs out.
      await this.replays.release({ replay, token }, null, 0).catch(() => undefined);
      if (!(error instanceof NotAcknowledgedError)) throw error;
      throw new ReplayError(
        'broker_unavailable',
        'The order is kept, but its job is not acknowledged yet: it is produced as soon as the broker takes it.',
      );
    });
    await this.replays.finish({ replay, token });
    await this.options.projection.waitUntilCurrent(patienceMs.projection).catch(() => false);
    return describeRun(job, made.run);
  }

  private async produceOne(replayId: string): Promise<void> {
    const { refusal } = await this.reserved.produce(replayId, 1);
    if (refusal) throw new NotAcknowledgedError(refusal);
  }

  /** The broker's time. @throws IntakeError `broker_unavailable` */
  private async now(): Promise<number> {
    await this.options.intake.learnTime();
    return this.options.intake.clock.now();
  }

  private async findReplayable(text: string): Promise<ProjectedJob> {
    if (!isJobId(text)) {
      const detail = 'A job id is a UUID of version 7, as the answer to its submission says.';
      throw new ReplayError('invalid_job_id', detail);
    }
    const isKnown = await this.options.projection.waitUntilCurrent(patienceMs.projection);
    const job = await this.options.projection.queries.find(text.toLowerCase());
    if (!isKnown) throw projectionBehind();
    if (!job) throw new ReplayError('job_not_found', `No job has the id ${text}.`);
    const decision = decideReplay(job.run, job, 'all', true);
    if (decision !== 'replay')
      throw new ReplayError(
        'job_unfinished',
        `The job is ${job.state}: only a run that has ended is run again.`,
      );
    return job;
  }

  /**
   * Counts what the replay would do, as far as the time limit allows, and refuses it if it would be of no use.
   * @returns the number of jobs it will replay; null when the range is too long to tell
   */
  private async lookThrough(request: ReplayRequest, ranges: readonly Range[]): Promise<number | null> {
    const look = await surveyReplay(this.selection, request, ranges, await this.now(), patienceMs.firstLook);
    return expectedOf({ ...look, changed: look.replayable }, request, {
      code: 'nothing_to_replay',
      none: 'No record in the range meets the filter.',
      things: 'records',
    });
  }
}

function makeRun(
  job: ProjectedJob,
  patch: PayloadPatch | undefined,
  now: number,
  jobTypes: JobTypeBook,
): NewRun {
  const candidate = candidateOfJob(job);
  // An end can be projected before its request.
  if (candidate === undefined) throw projectionBehind();
  const patched = patch ? patchPayload(patch, job.type, job.payload, jobTypes) : { payload: job.payload };
  if ('detail' in patched) {
    const { faults = [] } = patched;
    const errors = faults.map(({ pointer, detail }) => ({ pointer: `/payload${pointer}`, detail }));
    if (errors.length === 0) errors.push({ pointer: '/patch', detail: patched.detail });
    throw new ReplayError('patch_breaks_schema', 'The patch breaks the payload of this job.', errors);
  }
  return newRunOf(candidate, patched.payload, now, jobTypes);
}

function describeRun({ id, type, queue, createdAt }: ProjectedJob, run: number): AcceptedJob {
  return { id, type, queue, state: 'queued', run, createdAt: createdAt.toISOString(), links: linksOf(id) };
}

function checkReplayId(text: string): string {
  if (isJobId(text)) return text.toLowerCase();
  throw new ReplayError(
    'invalid_replay_id',
    'The id of a replay is a UUID of version 7, as its answer says.',
  );
}

function notFound(id: string): ReplayError {
  return new ReplayError('replay_not_found', `No replay has the id ${id}.`);
}

function alreadyReplayed({ id, run }: ProjectedJob): ReplayError {
  const detail = `Run ${run + 1} of job ${id} is made already. Look at the job, and ask again once it has ended.`;
  return new ReplayError('job_already_replayed', detail);
}

function isRunPlace(place: unknown): place is [JobId, number] {
  return (
    Array.isArray(place) &&
    place.length === 2 &&
    typeof place[0] === 'string' &&
    isJobId(place[0]) &&
    Number.isSafeInteger(place[1])
  );
}
