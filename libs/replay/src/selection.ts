import { setImmediate as immediately } from 'node:timers/promises';
import type { ReplayFault, ReplayRequest, SkipReason } from '@jobstream/contracts/rest';
import type { IncomingRecord, LogReader } from '@jobstream/kafka';
import type { Clock } from '@jobstream/runtime';
import { readCandidate, type Candidate, type Failure } from './candidate.js';
import { isNaming, meetsFailure, meetsRecord, meetsState } from './filter.js';
import { judgeRun } from './judge.js';
import { newRunOf, type NewRun } from './new-run.js';
import { patchPayload } from './patch-payload.js';
import type { JobStanding, Projection } from './projection.js';
import type { Range } from './ranges.js';

/** A run to be made, and what it is counted under. */
export interface SelectedRun extends NewRun {
  readonly type: string;
  /** The reason of its dead letter or, without one, its state. */
  readonly cause: string;
}

/** What became of some records, in the order of the log. */
export interface SelectedPage {
  /** Where to go on behind them. */
  readonly ranges: readonly Range[];
  readonly runs: readonly SelectedRun[];
  readonly skipped: ReadonlyMap<SkipReason, number>;
  /** Those whose payload can't be patched. */
  readonly faults: readonly ReplayFault[];
}

/** What {@link Selection} is made of. */
export interface SelectionParts {
  readonly reader: LogReader;
  readonly projection: Projection;
  /** The broker's time, which what is left of a job's time to start counts from. */
  readonly clock: Clock;
}

/** Patches of large payloads take milliseconds each: what else the process does is not to wait for a page of them. */
const mostHeldMs = 20;

type Criteria = Pick<ReplayRequest, 'source' | 'filter' | 'patch' | 'only'>;

/** Finds the runs of a replay in the log, page by page. */
export class Selection {
  constructor(private readonly parts: SelectionParts) {}

  /**
   * The pages of these ranges, each judged when it is asked for.
   * @param pageRecords how many records a page is made of at most
   * @param askedAt milliseconds since 1970: what ages count from
   */
  async *pages(
    criteria: Criteria,
    ranges: readonly Range[],
    pageRecords: number,
    askedAt: number,
  ): AsyncGenerator<SelectedPage> {
    for (const [index, { topic, partition, next: first, to }] of ranges.entries()) {
      for (let next = first; next < to;) {
        const slice = await this.parts.reader.read({ topic, partition }, next, to);
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
    const tally = new Tally(this.parts.clock);
    const candidates: Candidate[] = [];
    for (const record of records) {
      const read = readCandidate(record, criteria.source);
      if (read.kind === 'job' && isMeant(read.candidate, criteria, askedAt)) candidates.push(read.candidate);
      if (read.kind === 'poison' && isPoisonMeant(read.failure, criteria)) tally.skip('poison');
    }
    const ids = [...new Set(candidates.map(({ id }) => id))];
    const standings = await this.parts.projection.queries.standings(ids);
    let letOthersAt = performance.now() + mostHeldMs;
    for (const candidate of candidates) {
      tally.add(candidate, standings.get(candidate.id), criteria);
      if (performance.now() < letOthersAt) continue;
      await immediately();
      letOthersAt = performance.now() + mostHeldMs;
    }
    return tally;
  }
}

function isMeant(candidate: Candidate, { source, filter }: Criteria, askedAt: number): boolean {
  return (
    meetsRecord(filter, candidate, askedAt) &&
    (source === 'history' || meetsFailure(filter, candidate.failure))
  );
}

/** Poison is of no type, has no id and no state. */
function isPoisonMeant(failure: Failure, { filter }: Criteria): boolean {
  const { type, ids, state } = filter;
  return [type, ids, state].every((asked) => asked === undefined) && meetsFailure(filter, failure);
}

/** Sorts the candidates of a page. */
class Tally {
  readonly runs: SelectedRun[] = [];
  readonly skipped = new Map<SkipReason, number>();
  readonly faults: ReplayFault[] = [];
  private readonly seen = new Set<string>();

  constructor(private readonly clock: Clock) {}

  skip(reason: SkipReason): void {
    this.skipped.set(reason, (this.skipped.get(reason) ?? 0) + 1);
  }

  add(candidate: Candidate, standing: JobStanding | undefined, criteria: Criteria): void {
    const { filter, only, source, patch } = criteria;
    if (!meetsState(filter, standing)) return;
    if (source === 'history' && !meetsFailure(filter, standing)) return;
    const { id, run, request, failure } = candidate;
    const verdict = judgeRun(run, standing, only, isNaming(filter));
    if (verdict !== 'replay') return this.skip(verdict);
    if (this.seen.has(`${id}/${run}`)) return this.skip('already_replayed');
    this.seen.add(`${id}/${run}`);
    const patched = patch ? patchPayload(patch, request.type, request.payload) : request;
    if ('detail' in patched) this.faults.push({ id, detail: patched.detail });
    else {
      const cause = failure?.reason ?? standing?.reason ?? standing!.state;
      this.runs.push({
        ...newRunOf(candidate, patched.payload, this.clock.now()),
        type: request.type,
        cause,
      });
    }
  }
}
