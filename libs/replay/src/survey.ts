import {
  maxReplayFaults,
  type ReplayRequest,
  type ReplaySurvey,
  type SkipReason,
} from '@jobstream/contracts/rest';
import type { Range } from './ranges.js';
import type { Selection } from './selection.js';

const pageRecords = 500;

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
  const giveUpAt = performance.now() + timeoutMs;
  const skipped: Partial<Record<SkipReason, number>> = {};
  const byReason: Record<string, number> = {};
  const byType: Record<string, number> = {};
  const survey = {
    matched: 0,
    replayable: 0,
    failed: 0,
    faults: [] as ReplaySurvey['faults'],
    complete: true,
  };
  for await (const page of selection.pages(request, ranges, pageRecords, askedAt)) {
    for (const [reason, count] of page.skipped) {
      skipped[reason] = (skipped[reason] ?? 0) + count;
      survey.matched += count;
    }
    for (const { cause, type } of page.runs) {
      byReason[cause] = (byReason[cause] ?? 0) + 1;
      byType[type] = (byType[type] ?? 0) + 1;
    }
    survey.matched += page.runs.length + page.faults.length;
    survey.replayable += page.runs.length;
    survey.failed += page.faults.length;
    survey.faults.push(...page.faults.slice(0, maxReplayFaults - survey.faults.length));
    if (performance.now() < giveUpAt) continue;
    survey.complete = page.ranges.every(({ next, to }) => next === to);
    break;
  }
  return { ...survey, skipped, byReason, byType };
}
