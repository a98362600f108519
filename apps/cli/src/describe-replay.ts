import type { ReplaySurvey, ReplayView } from '@jobstream/contracts/rest';

/** Counts by name: `3 exhausted, 1 parked`. */
export function listCounts(counts: Readonly<Record<string, number | undefined>>): string {
  const entries = Object.entries(counts).filter(([, count]) => count);
  return entries.map(([name, count]) => `${count} ${name}`).join(', ') || 'none';
}

/** The counts of a dry run, in lines. */
export function describeSurvey(survey: ReplaySurvey): string {
  const { matched, replayable, skipped, failed, faults, byReason, byType, complete } = survey;
  return [
    `matched      ${matched}`,
    `would run    ${replayable}  (${listCounts(byReason)})`,
    `types        ${listCounts(byType)}`,
    `passed over  ${listCounts(skipped)}`,
    ...(failed > 0 ? [`can't run    ${failed}`] : []),
    ...faults.slice(0, 5).map(({ id, detail }) => `  ${id}: ${detail}`),
    ...(complete ? [] : ['The range is long: these are the counts of its beginning.']),
  ].join('\n');
}

/** The progress of a replay, in one line. */
export function describeProgress(replay: ReplayView, now: number): string {
  const { state, replayed, expected, skipped, failed, progress, throughput, eta, trouble } = replay;
  const share = `${(progress * 100).toFixed(0).padStart(3)} %`;
  const left = eta === null ? '' : `, ${Math.max(Math.ceil((Date.parse(eta) - now) / 1_000), 0)} s left`;
  const of = expected === null ? '' : ` of ${expected}`;
  return (
    `${state} ${share}  ${replayed}${of} replayed, ${skipped} passed over, ${failed} failed, ` +
    `${throughput ?? 0}/s${left}${trouble === null ? '' : `  (${trouble})`}`
  );
}

/** A replay, in lines. */
export function describeReplay(replay: ReplayView): string {
  const { id, state, source, queue, matched, replayed, skippedBy, failed, faults, why, createdAt } = replay;
  return [
    `id           ${id}`,
    `state        ${state}${replay.finishedAt === null ? '' : ` at ${replay.finishedAt}`}`,
    `of           ${source}${queue === null ? '' : ` of ${queue}`}${why === null ? '' : `: ${why}`}`,
    `asked for    ${createdAt}${replay.requestedBy === null ? '' : ` by ${replay.requestedBy}`}`,
    `matched      ${matched}`,
    `replayed     ${replayed}`,
    `passed over  ${listCounts(skippedBy)}`,
    `failed       ${failed}`,
    ...faults.slice(0, 5).map(({ id: job, detail }) => `  ${job}: ${detail}`),
    ...(replay.trouble === null ? [] : [`trouble      ${replay.trouble}`]),
    ...(replay.failure === null ? [] : [`failure      ${replay.failure.message}`]),
  ].join('\n');
}
