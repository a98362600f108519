import type { Difference, RebuildView } from '@jobstream/contracts/rest';

/** The progress of a rebuild, in one line. */
export function describeRebuildProgress(rebuild: RebuildView): string {
  const { state, compared, carried, trouble } = rebuild;
  const why = trouble === null ? '' : `  (${trouble})`;
  switch (state) {
    case 'pending':
      return `${state}  a projector is to take it${why}`;
    case 'reading':
      return `${state} ${describeReading(rebuild)}${why}`;
    default:
      return `${state}  ${rebuild.progress.records} records read, ${compared} jobs compared, ${carried} carried over${why}`;
  }
}

function describeReading({ progress: { records, total, perSecond, etaSeconds } }: RebuildView): string {
  const share = total === 0 ? 0 : Math.min(records / total, 1);
  const left = etaSeconds === null ? '' : `, ${etaSeconds} s left`;
  return `${(share * 100).toFixed(0).padStart(3)} %  ${records} of ${total} records, ${(perSecond ?? 0).toFixed(0)}/s${left}`;
}

/** A rebuild, in lines. */
export function describeRebuild(rebuild: RebuildView): string {
  const { id, state, swap, why, generation, progress, compared, carried, createdAt, finishedAt } = rebuild;
  const { differences, failure, keptSchema, trouble } = rebuild;
  return [
    `id            ${id}`,
    `state         ${state}${finishedAt === null ? '' : ` at ${finishedAt}`}`,
    `swap          ${swap}${why === null ? '' : `: ${why}`}`,
    `asked for     ${createdAt}`,
    ...(generation === null ? [] : [`generation    ${generation}`]),
    `read          ${progress.records} of ${progress.total} records`,
    `compared      ${compared} jobs`,
    `carried over  ${carried} jobs`,
    `differ        ${differences === null ? 'none' : `${differences.total} rows`}`,
    ...(differences?.first ?? []).slice(0, 5).map((each) => `  ${describeDifference(each)}`),
    ...(failure === null ? [] : [`failure       ${failure.code}: ${failure.message}`]),
    ...(keptSchema === null ? [] : [`kept          ${keptSchema}`]),
    ...(trouble === null ? [] : [`trouble       ${trouble}`]),
  ].join('\n');
}

function describeDifference({ table, key, only, columns }: Difference): string {
  return `${table} ${key}: ${only === null ? columns.join(', ') : `only ${only}`}`;
}
