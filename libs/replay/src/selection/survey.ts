import {
  maxReplayFaults,
  type ReplayFault,
  type ReplayRequest,
  type ReplaySurvey,
  type SkipReason,
} from '@jobstream/contracts/rest';
import type { Range } from './ranges.js';
import type { Selection } from './selection.js';

const pageRecords = 500;

/** What a replay or an action would do with some jobs. */
export interface SurveyedPage {
  /** Those that it would change, each with what it is counted under. */
  readonly changed: readonly { readonly cause: string; readonly type: string }[];
  readonly skipped: ReadonlyMap<SkipReason, number>;
  readonly faults: readonly ReplayFault[];
  /** Whether it is known that no job follows. */
  readonly isLast: boolean;
}

/** The counts of all pages. */
export interface Survey extends Pick<ReplaySurvey, 'matched' | 'skipped' | 'failed' | 'byType' | 'complete'> {
  readonly changed: number;
  /** The first hundred. */
  readonly faults: ReplayFault[];
  readonly byCause: Record<string, number>;
}

/**
 * Counts what a replay would do, and changes nothing.
 * @param askedAt milliseconds since 1970; ages count back from it
 * @param timeoutMs after this time the survey ends with the counts so far, not `complete`
 */
export async function surveyReplay(
  selection: Selection,
  request: ReplayRequest,
  ranges: readonly Range[],
  askedAt: number,
  timeoutMs: number,
): Promise<ReplaySurvey> {
  const pages = async function* (): AsyncGenerator<SurveyedPage> {
    for await (const page of selection.pages(request, ranges, pageRecords, askedAt)) {
      const isLast = page.ranges.every(({ next, to }) => next === to);
      yield { changed: page.runs, skipped: page.skipped, faults: page.faults, isLast };
    }
  };
  const { changed, byCause, ...counts } = await surveyPages(pages(), timeoutMs);
  return { ...counts, replayable: changed, byReason: byCause };
}

/** Counts pages. @param timeoutMs after this time the survey ends with the counts so far, not `complete` */
export async function surveyPages(pages: AsyncIterable<SurveyedPage>, timeoutMs: number): Promise<Survey> {
  const giveUpAt = performance.now() + timeoutMs;
  const skipped: Partial<Record<SkipReason, number>> = {};
  const byCause: Record<string, number> = {};
  const byType: Record<string, number> = {};
  const faults: ReplayFault[] = [];
  let [matched, changed, failed, complete] = [0, 0, 0, true];
  for await (const page of pages) {
    for (const [reason, count] of page.skipped) {
      skipped[reason] = (skipped[reason] ?? 0) + count;
      matched += count;
    }
    for (const { cause, type } of page.changed) {
      byCause[cause] = (byCause[cause] ?? 0) + 1;
      byType[type] = (byType[type] ?? 0) + 1;
    }
    matched += page.changed.length + page.faults.length;
    changed += page.changed.length;
    failed += page.faults.length;
    faults.push(...page.faults.slice(0, maxReplayFaults - faults.length));
    if (performance.now() < giveUpAt) continue;
    complete = page.isLast;
    break;
  }
  return { matched, changed, skipped, failed, faults, byCause, byType, complete };
}
