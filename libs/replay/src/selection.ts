import { setImmediate as immediately } from 'node:timers/promises';
import type { ReplayFault, ReplayRequest, SkipReason } from '@jobstream/contracts/rest';
import type { IncomingRecord, LogReader } from '@jobstream/kafka';
import type { JobTypeBook } from '@jobstream/job-types';
import type { Clock } from '@jobstream/runtime';
import { readCandidate, type Candidate, type Failure } from './candidate.js';
import { isNaming, meetsFailure, meetsRecord, meetsState } from './filter.js';
import { decideReplay } from './decide-replay.js';
import { newRunOf, type NewRun } from './new-run.js';
import { patchPayload } from './patch-payload.js';
import type { JobStanding, Projection } from './projection.js';
import type { Range } from './ranges.js';

/** A run to make, and what it is counted under. */
export interface SelectedRun extends NewRun {
  readonly type: string;
  /** The reason of its dead letter or, without one, its state. */
  readonly cause: string;
}

/** The runs selected from some records, in the order of the log. */
export interface SelectedPage {
  /** Where to continue after this page. */
  readonly ranges: readonly Range[];
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

/** Patching a large payload takes milliseconds. After this time the process does other work before it continues. */
const maxHeldMs = 20;

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
  ): Promise<Omit<SelectedPage, 'ranges'>> {
    const tally = new Tally(this.options.clock, this.options.jobTypes);
    const candidates: Candidate[] = [];
    for (const record of records) {
      const read = readCandidate(record, criteria.source);
      if (read.kind === 'job' && meansCandidate(read.candidate, criteria, askedAt))
        candidates.push(read.candidate);
      if (read.kind === 'poison' && meansPoison(read.failure, criteria)) tally.skip('poison');
    }
    const ids = [...new Set(candidates.map(({ id }) => id))];
    const standings = await this.options.projection.queries.standings(ids);
    let letOthersAt = performance.now() + maxHeldMs;
    for (const candidate of candidates) {
      tally.add(candidate, standings.get(candidate.id), criteria);
      if (performance.now() < letOthersAt) continue;
      await immediately();
      letOthersAt = performance.now() + maxHeldMs;
    }
    return tally;
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

/** Sorts the candidates of a page. */
class Tally {
  readonly runs: SelectedRun[] = [];
  readonly skipped = new Map<SkipReason, number>();
  readonly faults: ReplayFault[] = [];
  private readonly seen = new Set<string>();

  constructor(
    private readonly clock: Clock,
    private readonly jobTypes: JobTypeBook,
  ) {}

  skip(reason: SkipReason): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  add(candidate: Candidate, standing: JobStanding | undefined, criteria: Criteria): void {
    const { filter, only, source, patch } = criteria;
    if (!meetsState(filter, standing)) return;
    if (source === 'history' && !meetsFailure(filter, standing)) return;
    const { id, run, request, failure } = candidate;
    const decision = decideReplay(run, standing, only, isNaming(filter));
    if (decision !== 'replay') return this.skip(decision);
    if (this.seen.has(`${id}/${run}`)) return this.skip('already_replayed');
    this.seen.add(`${id}/${run}`);
    const patched = patch ? patchPayload(patch, request.type, request.payload, this.jobTypes) : request;
    if ('detail' in patched) this.faults.push({ id, detail: patched.detail });
    else {
      const cause = failure?.reason ?? standing?.reason ?? standing!.state;
      this.runs.push({
        ...newRunOf(candidate, patched.payload, this.clock.now(), this.jobTypes),
        type: request.type,
        cause,
      });
    }
  }
}
