import { isFinal } from '@jobstream/contracts';
import type { RunView } from '@jobstream/contracts/rest';
import { differencesOf } from './json-difference.js';

/** What of a run the verdict goes by. */
export type JudgedRun = Pick<RunView, 'state' | 'error' | 'reason' | 'result' | 'missing'>;

/** What a later run did better or worse than an earlier one, for people. */
export function judgeRuns(before: JudgedRun, after: JudgedRun): string {
  if (!isFinal(after.state)) return 'not ended yet';
  if (after.state === 'cancelled') return 'cancelled';
  if (after.state === 'succeeded')
    return before.state === 'succeeded' ? judgeResults(before, after) : 'mended';
  if (before.state === 'succeeded') return 'broken';
  if (before.state === 'cancelled') return 'failed';
  return isSameFailure(before, after) ? 'failed the same' : 'failed anew';
}

function judgeResults(before: JudgedRun, after: JudgedRun): string {
  if (before.missing.includes('result') || after.missing.includes('result')) return 'succeeded again';
  return differencesOf(before.result, after.result).length === 0 ? 'same result' : 'result changed';
}

/** By state, reason, code and message. Numbers and ids in a message differ from run to run. */
function isSameFailure(before: JudgedRun, after: JudgedRun): boolean {
  const textOf = ({ state, reason, error }: JudgedRun) =>
    [state, reason, error?.code, error?.message.replaceAll(idOrNumber, '#')].join('\n');
  return textOf(before) === textOf(after);
}

const idOrNumber = /[\da-f]{8}(?:-[\da-f]{4}){3}-[\da-f]{12}|\d+/gi;
