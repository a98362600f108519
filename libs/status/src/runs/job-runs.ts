import type { JobId } from '@jobstream/contracts';
import type { JobRunPage, RunCause, RunView } from '@jobstream/contracts/rest';
import type { LogReader } from '@jobstream/kafka';
import type { JobQueries, JobRow, RunPage } from '@jobstream/projection';
import type { CatchUp } from '../reads/catch-up.js';
import { readJobId, type JobReader } from '../reads/job-reader.js';
import type { LogReadings } from '../records/log-readings.js';
import { brokerUnavailable, StatusError } from '../status-error.js';
import { noContents, RunContentReader } from './run-contents.js';
import { runFactsOf, type RunFacts } from './run-facts.js';

/** The replays that made runs. Stages don't import each other, so the app supplies this. */
export interface RunOrigins {
  /** Why those of these runs of a job began that a replay made. */
  find(id: JobId, runs: readonly number[]): Promise<ReadonlyMap<number, RunCause>>;
}

export interface JobRunsOptions {
  readonly reader: JobReader;
  readonly queries: JobQueries;
  readonly catchUp: CatchUp;
  readonly log: LogReader;
  readonly readings: LogReadings;
  readonly origins: RunOrigins;
}

/** Which runs of a job to read. */
export interface RunWish {
  /** Runs before this one. Default: all. */
  readonly cursor?: number | undefined;
  /** Runs at most, 1 or more. */
  readonly limit: number;
  /** Whether with payloads and results. */
  readonly payload: boolean;
}

/** Payloads and results of a page: the one that goes beyond is its last. */
const maxContentBytes = 4 * 1024 * 1024;

/** Reads the runs of jobs: why each began, what it was given, and how it ended. */
export class JobRuns {
  private readonly contents: RunContentReader;

  constructor(private readonly options: JobRunsOptions) {
    this.contents = new RunContentReader(options.log);
  }

  /**
   * A page of runs, the newest first, once the rows hold what the log held at this call, after 2 s at most.
   * @throws StatusError as {@link JobReader.read} does; with payloads `broker_unavailable`, `too_many_open`
   */
  async page(text: string, { cursor, limit, payload }: RunWish): Promise<JobRunPage> {
    const { queries, origins, readings } = this.options;
    const id = readJobId(text);
    const page = await this.find(id, () => queries.runs(id, cursor, limit));
    const causes = await origins.find(
      id,
      page.runs.map(({ run }) => run),
    );
    const facts = page.runs.map(runFactsOf);
    const items = payload
      ? await readings.run(() => this.withContents(facts, page.now, causes))
      : facts.map((each) => viewOf(each, page.now, causes, noContents));
    const hasMore = page.hasMore || items.length < facts.length;
    return { items, next: hasMore ? String(items.at(-1)!.run) : null };
  }

  /** The page of a job that was just accepted is read again once its first record is projected. */
  private async find(id: JobId, read: () => Promise<RunPage | undefined>): Promise<RunPage> {
    const { reader, catchUp } = this.options;
    await catchUp.reach();
    const page = await read();
    if (page !== undefined) return page;
    await reader.readHistory(id);
    const later = await read();
    if (later !== undefined) return later;
    throw new StatusError('job_not_found', `No job has the id ${id}.`);
  }

  private async withContents(
    facts: readonly RunFacts[],
    now: JobRow,
    causes: ReadonlyMap<number, RunCause>,
  ): Promise<RunView[]> {
    const views: RunView[] = [];
    let bytes = 0;
    for (const each of facts) {
      if (bytes > maxContentBytes) break;
      const contents = await this.contents.read(each, now).catch((cause: unknown) => {
        throw brokerUnavailable('Payloads of earlier runs are on', cause);
      });
      bytes += contents.bytes;
      views.push(viewOf(each, now, causes, contents));
    }
    return views;
  }
}

function viewOf(
  facts: RunFacts,
  now: JobRow,
  causes: ReadonlyMap<number, RunCause>,
  { payload, result, missing }: Pick<RunView, 'payload' | 'result' | 'missing'>,
): RunView {
  return { ...facts, cause: causes.get(facts.run) ?? causeOf(facts.run, now), payload, result, missing };
}

/** Why a run began that no known replay made. */
function causeOf(run: number, { flow }: JobRow): RunCause {
  const kind = run === 1 ? 'submitted' : flow !== null ? 'flow' : 'unknown';
  return { kind, replay: null, requestedBy: null, why: null, patch: null };
}
