import type { ActionKind, ActionSurvey, ActionView } from '@jobstream/contracts/rest';
import { listCounts } from './describe-replay.js';

/** What an action does to a job, as a participle. */
export function doneOf(action: ActionKind): string {
  return action === 'cancel' ? 'cancelled' : 'replayed';
}

/** The counts of a dry run, in lines. */
export function describeActionSurvey(survey: ActionSurvey): string {
  const { action, matched, actionable, skipped, failed, faults, byState, byType, complete } = survey;
  return [
    `matched      ${matched}`,
    `${action === 'cancel' ? 'would end    ' : 'would run    '}${actionable}  (${listCounts(byState)})`,
    `types        ${listCounts(byType)}`,
    `passed over  ${listCounts(skipped)}`,
    ...(failed > 0 ? [`can't run    ${failed}`] : []),
    ...faults.slice(0, 5).map(({ id, detail }) => `  ${id}: ${detail}`),
    ...(complete ? [] : ['There are more: these are the counts of the newest jobs.']),
  ].join('\n');
}

/** The progress of an action, in one line. */
export function describeActionProgress(view: ActionView, now: number): string {
  const { action, state, done, expected, skipped, failed, progress, throughput, eta, trouble } = view;
  const share = progress === null ? '' : ` ${(progress * 100).toFixed(0).padStart(3)} %`;
  const left = eta === null ? '' : `, ${Math.max(Math.ceil((Date.parse(eta) - now) / 1_000), 0)} s left`;
  const of = expected === null ? '' : ` of ${expected}`;
  return (
    `${state}${share}  ${done}${of} ${doneOf(action)}, ${skipped} passed over, ${failed} failed, ` +
    `${throughput ?? 0}/s${left}${trouble === null ? '' : `  (${trouble})`}`
  );
}

/** An action, in lines. */
export function describeAction(view: ActionView): string {
  const { id, action, q, state, matched, done, skippedBy, failed, faults, why, createdAt } = view;
  return [
    `id           ${id}`,
    `state        ${state}${view.finishedAt === null ? '' : ` at ${view.finishedAt}`}`,
    `does         ${action} ${q}${why === null ? '' : `: ${why}`}`,
    `asked for    ${createdAt}${view.requestedBy === null ? '' : ` by ${view.requestedBy}`}`,
    `matched      ${matched}`,
    `${doneOf(action).padEnd(12)} ${done}`,
    `passed over  ${listCounts(skippedBy)}`,
    `failed       ${failed}`,
    ...faults.slice(0, 5).map(({ id: job, detail }) => `  ${job}: ${detail}`),
    ...(view.trouble === null ? [] : [`trouble      ${view.trouble}`]),
    ...(view.failure === null ? [] : [`failure      ${view.failure.message}`]),
  ].join('\n');
}
