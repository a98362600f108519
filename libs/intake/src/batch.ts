import {
  batchSchema,
  faultsOf,
  maxBatchItems,
  mayPass,
  type BatchAnswer,
  type BatchItem,
  type Fault,
  type ItemError,
  type JobId,
} from '@jobstream/contracts';
import { IntakeError } from './intake-error.js';
import { checkSubmission, type CheckedJob } from './job-request.js';

/** The items of a batch, each checked: one with faults does not spoil the others. At least one passed. */
export type CheckedBatch = readonly (CheckedJob | IntakeError)[];

/**
 * Checks a batch, whatever it is.
 * @throws IntakeError `too_many_items`; `invalid_request` when it is no batch, or when no item passes
 */
export function checkBatch(batch: unknown, now = Date.now()): CheckedBatch {
  const given = (batch as { items?: unknown } | null)?.items;
  if (Array.isArray(given) && given.length > maxBatchItems) {
    const detail = `A batch takes at most ${maxBatchItems} items, this one has ${given.length}: send several.`;
    throw new IntakeError('too_many_items', detail);
  }
  const parsed = batchSchema.safeParse(batch);
  if (!parsed.success) {
    const errors = faultsOf(parsed.error);
    throw new IntakeError('invalid_request', 'That is no batch: {"items": [...]}.', { errors });
  }
  const items = parsed.data.items.map((item) => checkSubmission(item, now));
  if (items.every((item) => item instanceof IntakeError)) {
    const errors = items.flatMap((item, index) => faultsOfItem(item, index)).slice(0, 100);
    throw new IntakeError('invalid_request', 'None of the items can be accepted.', { errors });
  }
  return items;
}

/**
 * The answer to a batch, from what became of each item: the id of an accepted job, or why there is none.
 * @throws IntakeError when nothing was accepted: `submit_unknown` if an item may be in the log all the same, otherwise
 * the code of the gravest error
 */
export function answerBatch(results: readonly (JobId | IntakeError)[]): BatchAnswer {
  const items = results.map((result, index): BatchItem => {
    return result instanceof IntakeError ? { index, error: describeItem(result) } : { index, id: result };
  });
  const errors = results.filter((result): result is IntakeError => result instanceof IntakeError);
  const gravest = errors.toSorted((a, b) => gravity(b) - gravity(a))[0];
  if (gravest && errors.length === results.length) {
    throw new IntakeError(gravest.code, gravest.message, { items, cause: gravest });
  }
  return { accepted: results.length - errors.length, rejected: errors.length, items };
}

/** Whether the answer to a batch is the last one: no item of it may be accepted when the batch is sent again. */
export function isSettled({ items }: BatchAnswer): boolean {
  return items.every((item) => !('error' in item) || !mayPass(item.error.code));
}

const byGravity = ['broker_refused', 'broker_unavailable', 'submit_unknown'];

function gravity({ code }: IntakeError): number {
  return byGravity.indexOf(code);
}

function describeItem({ code, message, details }: IntakeError): ItemError {
  return {
    code,
    detail: message,
    ...(details.errors && { errors: [...details.errors] }),
    ...(details.id !== undefined && { id: details.id }),
  };
}

function faultsOfItem(error: IntakeError, index: number): Fault[] {
  return (error.details.errors ?? []).map(({ pointer, detail }) => ({
    pointer: `/items/${index}${pointer}`,
    detail,
  }));
}
