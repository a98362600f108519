import type { JobId } from '@jobstream/contracts';
import type { ReplayFault, ReplayRequest, SkipReason } from '@jobstream/contracts/rest';
import type { IncomingRecord, LogReader } from '@jobstream/kafka';
import type { JobTypeBook } from '@jobstream/job-types';
import type { Clock } from '@jobstream/runtime';
import { patchPayload } from '../patch/patch-payload.js';
import type { JobStanding, Projection } from '../projection.js';
import { readCandidate, type Candidate, type Failure } from './candidate.js';
import { decideReplay } from './decide-replay.js';
import { isNaming, meetsFailure, meetsRecord, meetsState } from './filter.js';
import { newRunOf } from './new-run.js';
import { PageTally, type SelectedRun } from './page-tally.js';
import type { Range } from './ranges.js';

/** The runs selected from some records, in the order of the log, or from some jobs. */
export interface SelectedPage {
  /** Where to continue after this page. */
  readonly ranges: readonly Range[];
  /** Below which job to continue, where the jobs are found in the projection. */
  readonly below?: JobId;
  readonly runs: readonly SelectedRun[];
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** Jobs whose payload cannot be patched. */
  readonly faults: readonly ReplayFault[];
}

export interface SelectionOptions {
  readonly reader: LogReader;
  readonly projection: Projection;
  /** The broker's time. A job's time to start counts from it. */
  readonly clock: Clock;
  /** What a changed payload is checked by. */
  readonly jobTypes: JobTypeBook;
}

type Criteria = Pick<ReplayRequest, 'source' | 'filter' | 'patch' | 'only'>;

/** Finds the runs of a replay in the log, page by page. */
export class Selection {
  constructor(private readonly options: SelectionOptions) {}

  /**
   * Yields the pages of these ranges, each decided when it is asked for.
   * @param pageRecords records of a page at most
   * @param askedAt milliseconds since 1970; ages count back from it
   */
  async *pages(
    criteria: Criteria,
    ranges: readonly Range[],
    pageRecords: number,
    askedAt: number,
  ): AsyncGenerator<SelectedPage> {
    for (const [index, { topic, partition, next: first, to }] of ranges.entries()) {
      for (let next = first; next < to;) {
        const slice = await this.options.reader.read({ topic, partition }, next, to);
        for (let at = 0; at === 0 || at < slice.records.length; at += pageRecords) {
          const records = slice.records.slice(at, at + pageRecords);
          const isLast = at + pageRecords >= slice.records.length;
          next = isLast ? slice.next : records.at(-1)!.offset + 1;
          ranges = ranges.with(index, { ...ranges[index]!, next });
          yield { ranges, ...(await this.select(records, criteria, askedAt)) };
        }
      }
    }
  }

  private async select(
    records: readonly IncomingRecord[],
    criteria: Criteria,
    askedAt: number,
  ): Promise<PageTally> {
    const tally = new PageTally();
    const candidates: Candidate[] = [];
    for (const record of records) {
      const read = readCandidate(record, criteria.source);
      if (read.kind === 'job' && meansCandidate(read.candidate, criteria, askedAt))
        candidates.push(read.candidate);
      if (read.kind === 'poison' && meansPoison(read.failure, criteria)) tally.skip('poison');
    }
    const ids = [...new Set(candidates.map(({ id }) => id))];
    const standings = await this.options.projection.queries.standings(ids);
    for (const candidate of candidates) {
      await tally.letOthers();
      this.add(tally, candidate, standings.get(candidate.id), criteria);
    }
    return tally;
  }

  private add(
    tally: PageTally,
    candidate: Candidate,
    standing: JobStanding | undefined,
    { filter, only, source, patch }: Criteria,
  ): void {
    const { clock, jobTypes } = this.options;
    const { id, run, request, failure } = candidate;
    if (!meetsState(filter, standing)) return;
    if (source === 'history' && !meetsFailure(filter, standing)) return;
    const decision = decideReplay(run, standing, only, isNaming(filter));
    if (decision !== 'replay') return tally.skip(decision);
    if (tally.sees(id, run)) return tally.skip('already_replayed');
    const patched = patch ? patchPayload(patch, request.type, request.payload, jobTypes) : request;
    if ('detail' in patched) return tally.fail(id, patched.detail);
    const cause = failure?.reason ?? standing?.reason ?? standing!.state;
    tally.add({ ...newRunOf(candidate, patched.payload, clock.now(), jobTypes), type: request.type, cause });
  }
}

function meansCandidate(candidate: Candidate, { source, filter }: Criteria, askedAt: number): boolean {
  return (
    meetsRecord(filter, candidate, askedAt) &&
    (source === 'history' || meetsFailure(filter, candidate.failure))
  );
}

/** Poison has no type, no id and no state, so a filter that asks for one of them never means it. */
function meansPoison(failure: Failure, { filter }: Criteria): boolean {
  const { type, ids, state } = filter;
  return [type, ids, state].every((asked) => asked === undefined) && meetsFailure(filter, failure);
}
