import type {
  ReplayJobPage,
  ReplayPage,
  ReplayRequestInput,
  ReplaySurvey,
  ReplayView,
} from '@jobstream/contracts/rest';
import {
  get,
  queryOf,
  type CallOptions,
  type ListOrdersOptions,
  type PageOptions,
} from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';

/** A replay as it is asked for. */
export type ReplayWish = Omit<ReplayRequestInput, 'dryRun'>;

/** The API reads the log before it answers. */
const surveyMs = 60_000;

/** The calls about replays: runs dead letters, or a range of history, again. Errors are those of every call. */
export class ReplayCalls {
  constructor(private readonly caller: HttpCaller) {}

  /**
   * Counts what a replay would do, and changes nothing.
   * @throws ProblemError `nothing_to_replay` when the range holds no record
   */
  survey(wish: ReplayWish, { signal }: CallOptions = {}): Promise<ReplaySurvey> {
    return this.caller.read<ReplaySurvey>({
      method: 'POST',
      path: '/v1/replays',
      body: JSON.stringify({ ...wish, dryRun: true }),
      heldMs: surveyMs,
      repeatable: true,
      signal,
    });
  }

  /**
   * Begins a replay, which a scheduler runs. `wish.why` is required.
   * @throws ProblemError `nothing_to_replay` when the range holds no record
   */
  create(wish: ReplayWish, { signal }: CallOptions = {}): Promise<ReplayView> {
    return this.caller.read<ReplayView>({
      method: 'POST',
      path: '/v1/replays',
      body: JSON.stringify(wish),
      heldMs: surveyMs,
      repeatable: false,
      signal,
    });
  }

  /** A page of replays, newest first. */
  list({ signal, ...page }: ListOrdersOptions = {}): Promise<ReplayPage> {
    return this.caller.read<ReplayPage>(get(`/v1/replays${queryOf({ ...page })}`, signal));
  }

  /** The replay as it is now. */
  read(id: string, { signal }: CallOptions = {}): Promise<ReplayView> {
    return this.caller.read<ReplayView>(get(pathOf(id), signal));
  }

  /** A page of the runs that a replay made. */
  listJobs(id: string, { signal, ...page }: PageOptions = {}): Promise<ReplayJobPage> {
    return this.caller.read<ReplayJobPage>(get(`${pathOf(id)}/jobs${queryOf({ ...page })}`, signal));
  }

  /**
   * Ends a replay. Jobs that it has put into their queue still run.
   * @throws ProblemError `replay_over` when it has ended
   */
  cancel(id: string, { signal }: CallOptions = {}): Promise<ReplayView> {
    return this.caller.read<ReplayView>({
      method: 'POST',
      path: `${pathOf(id)}/cancel`,
      repeatable: true,
      signal,
    });
  }
}

function pathOf(id: string): string {
  return `/v1/replays/${encodeURIComponent(id)}`;
}
