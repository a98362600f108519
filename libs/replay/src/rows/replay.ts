import type { JobId } from '@jobstream/contracts';
import type {
  ActionKind,
  ActionRequest,
  ReplayFault,
  ReplayRequest,
  ReplaySource,
  ReplayState,
  SkipReason,
} from '@jobstream/contracts/rest';
import type { Range } from '../selection/ranges.js';

/** Number of skipped runs, by reason. */
export type Skipped = Readonly<Partial<Record<SkipReason, number>>>;

/** A replay of one named job. Its run is reserved from the start, so nothing is selected. */
export interface JobReplayRequest {
  readonly source: 'job';
  readonly queue: string;
  readonly patch?: ReplayRequest['patch'];
  readonly why?: string;
}

/** An action on all jobs that meet a filter: it runs as a replay does, also where it cancels them. */
export interface JobsRequest extends Omit<ActionRequest, 'dryRun'> {
  readonly source: 'jobs';
  readonly rate: number;
}

/** A replay as its row holds it. */
export interface Replay {
  readonly id: JobId;
  readonly request: ReplayRequest | JobReplayRequest | JobsRequest;
  readonly ranges: readonly Range[];
  /** Below which job an action goes on; null of a replay that reads the log. */
  readonly below: JobId | null;
  readonly state: ReplayState;
  readonly matched: number;
  readonly replayed: number;
  readonly failed: number;
  readonly skipped: Skipped;
  readonly faults: readonly ReplayFault[];
  readonly expected: number | null;
  readonly requestedBy: string | null;
  readonly createdAt: Date;
  readonly startedAt: Date | null;
  readonly finishedAt: Date | null;
  /** When the row was read. Postgres dates this and the times before. */
  readonly readAt: Date;
  readonly trouble: string | null;
  readonly failure: ReplayFailure | null;
  /** Processes that died since the replay last advanced. */
  readonly deaths: number;
}

/** An action as its row holds it. */
export type Action = Replay & { readonly request: JobsRequest };

export function isAction(replay: Replay): replay is Action {
  return replay.request.source === 'jobs';
}

/** Why a replay failed, and what to do next. */
export interface ReplayFailure {
  readonly code: string;
  readonly message: string;
}

/** The columns of {@link replayOf}. */
export interface ReplayRow {
  id: JobId;
  source: ReplaySource | 'job' | 'jobs';
  action: ActionKind;
  queue: string | null;
  request: string;
  ranges: string;
  below: JobId | null;
  state: ReplayState;
  matched: number;
  replayed: number;
  failed: number;
  skipped: string;
  faults: string;
  expected: number | null;
  requested_by: string | null;
  created_at: Date;
  started_at: Date | null;
  finished_at: Date | null;
  read_at: Date;
  trouble: string | null;
  failure: string | null;
  deaths: number;
}

export function replayOf(row: ReplayRow): Replay {
  const { id, state, below, matched, replayed, failed, expected, trouble, deaths } = row;
  return {
    id,
    state,
    below,
    matched,
    replayed,
    failed,
    expected,
    trouble,
    deaths,
    request: JSON.parse(row.request) as Replay['request'],
    ranges: JSON.parse(row.ranges) as Range[],
    skipped: JSON.parse(row.skipped) as Skipped,
    faults: JSON.parse(row.faults) as ReplayFault[],
    requestedBy: row.requested_by,
    createdAt: row.created_at,
    startedAt: row.started_at,
    finishedAt: row.finished_at,
    readAt: row.read_at,
    failure: row.failure === null ? null : (JSON.parse(row.failure) as ReplayFailure),
  };
}
