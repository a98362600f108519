import type { Cause, JobExplanation } from '@jobstream/contracts/rest';

/** Why a job is where it is, in lines. */
export function describeExplanation({ verdict, cause, behind, start }: JobExplanation): string {
  return [
    verdict,
    ...(cause === null ? [] : ['', ...describeCause('now', cause)]),
    ...behind.flatMap((each) => ['', ...describeCause('behind', each)]),
    '',
    `starts    ${describeStart(start)}`,
  ].join('\n');
}

function describeCause(
  when: string,
  { code, text, remedy, since, until, jobs, workers, flow }: Cause,
): string[] {
  return [
    `${when.padEnd(9)} ${code}: ${text}`,
    ...(since === null ? [] : [`since     ${since}`]),
    ...(until === null ? [] : [`until     ${until}`]),
    ...(flow === null ? [] : describeFlowOf(flow)),
    ...(jobs.length === 0 || flow !== null ? [] : [`jobs      ${jobs.join(' ')}`]),
    ...(workers.length === 0 ? [] : [`workers   ${workers.join(' ')}`]),
    `to do     ${remedy}`,
  ];
}

function describeFlowOf({ id, state, name, waitsFor, waits }: NonNullable<Cause['flow']>): string[] {
  const more = waits - waitsFor.length;
  return [
    `flow      ${id} (${state}), in which it is ${name}`,
    ...waitsFor.map((job) => `job       ${job.id}  ${job.state.padEnd(9)}  ${job.name}`),
    ...(more > 0 ? [`          and ${more} more: npx jobstream flows get ${id}`] : []),
  ];
}

function describeStart({ p50Seconds, p90Seconds, why }: JobExplanation['start']): string {
  if (p50Seconds === null) return `unknown. ${why ?? ''}`.trimEnd();
  const late =
    p90Seconds === null || p90Seconds === p50Seconds
      ? ''
      : `, in ${p90Seconds} s at the latest in 9 of 10 cases`;
  return `in about ${p50Seconds} s${late}${why === null ? '' : `. ${why}`}`;
}
