import { valueAt } from '../payload-path.js';
import type { JobView } from '../rest/jobs/job-view.js';
import type { Comparison, FixedTerm } from './job-filter.js';

/** Characters of a payload's value that a filter looks at. */
export const maxComparedLength = 1_000;

/** NUL and halves of surrogate pairs: Postgres can not compare them, so they are left out. */
const incomparable = /[\0\ud800-\udfff]/gu;

/** The fields of a job that a filter looks at. */
export type FilteredJob = Pick<
  JobView,
  | 'id'
  | 'type'
  | 'queue'
  | 'state'
  | 'reason'
  | 'priority'
  | 'submittedFor'
  | 'orderingKey'
  | 'error'
  | 'payload'
  | 'run'
  | 'attempt'
  | 'parent'
  | 'flow'
  | 'createdAt'
  | 'startedAt'
  | 'finishedAt'
>;

/**
 * Whether a job meets every term, as the projection would answer it. Which replays have run a job and which group its error is in
 * are not in its view: such a term is left to the projection.
 */
export function meetsFilter(job: FilteredJob, terms: readonly FixedTerm[]): boolean {
  return terms.every(
    (term) => isLeft(job, term) || term.isNot !== term.values.some((value) => meets(job, term, value)),
  );
}

function isLeft({ error }: FilteredJob, { field }: FixedTerm): boolean {
  return field === 'replay' || (field === 'group' && error !== null);
}

function meets(job: FilteredJob, term: FixedTerm, value: FixedTerm['values'][number]): boolean {
  switch (value.kind) {
    case 'text': {
      const text = textOf(job, term);
      return text !== null && meetsParts(text, value.parts);
    }
    case 'number': {
      const number = numberOf(job, term.field);
      return number !== null && compare(number, value.is, value.number);
    }
    case 'time': {
      const createdAt = Date.parse(job.createdAt);
      return term.field === 'since' ? createdAt >= value.ms : createdAt < value.ms;
    }
  }
}

function textOf(job: FilteredJob, { field, path }: FixedTerm): string | null {
  switch (field) {
    case 'for':
      return job.submittedFor;
    case 'key':
      return job.orderingKey;
    case 'error':
      return comparable(job.error?.code);
    case 'message':
      return comparable(job.error?.message);
    case 'payload':
      return comparable(valueAt(job.payload, path!))?.slice(0, maxComparedLength) ?? null;
    case 'state':
    case 'queue':
    case 'type':
    case 'reason':
    case 'priority':
    case 'id':
    case 'parent':
    case 'flow':
      return job[field];
    case 'run':
    case 'attempt':
    case 'took':
    case 'since':
    case 'until':
    case 'replay':
    case 'group':
      return null;
  }
}

function comparable(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return (typeof value === 'string' ? value : JSON.stringify(value)).replace(incomparable, '');
}

function numberOf(
  { run, attempt, startedAt, finishedAt }: FilteredJob,
  field: FixedTerm['field'],
): number | null {
  if (field === 'run') return run;
  if (field === 'attempt') return attempt;
  return startedAt === null || finishedAt === null ? null : Date.parse(finishedAt) - Date.parse(startedAt);
}

function compare(left: number, is: Comparison, right: number): boolean {
  switch (is) {
    case '=':
      return left === right;
    case '>':
      return left > right;
    case '>=':
      return left >= right;
    case '<':
      return left < right;
    case '<=':
      return left <= right;
  }
}

/** Each part at the first place where it fits: no text makes this go back. */
function meetsParts(text: string, parts: readonly string[]): boolean {
  const [first = '', ...others] = parts;
  const last = others.pop();
  if (last === undefined) return text === first;
  if (!text.startsWith(first)) return false;
  let at = first.length;
  for (const part of others) {
    const found = text.indexOf(part, at);
    if (found < 0) return false;
    at = found + part.length;
  }
  return text.length - last.length >= at && text.endsWith(last);
}
