import { maxBatchItems, type JobId } from '@jobstream/contracts';
import {
  batchSchema,
  FaultList,
  faultsOf,
  mayPass,
  type BatchAnswer,
  type BatchItem,
  type Fault,
  type ItemError,
} from '@jobstream/contracts/rest';
import type { Clock } from '@jobstream/runtime';
import { IntakeError } from './intake-error.js';
import { checkSubmission, type CheckedJob } from './job-request.js';
import type { SubmittableType } from './submittable-type.js';

/** The items of a batch, each checked on its own: the job, or its error. At least one is a job. */
export type CheckedBatch = readonly (CheckedJob | IntakeError)[];

/** Further checks of {@link checkBatch}, beside the contract. */
export interface BatchChecks {
  /** Values that parsing has changed, such as large numbers, by JSON Pointers into the batch. Default none. */
  readonly misread?: readonly Fault[];
  /** A further check of an item that is valid. */
  readonly also?: (job: CheckedJob) => CheckedJob | IntakeError;
}

/**
 * Checks a batch, whatever its type. All items together report at most `maxFaults` faults, the first ones.
 * @param clock the broker's time, see {@link checkSubmission}, as for `find`
 * @throws IntakeError `too_many_items`; `invalid_request` when it is not a batch, or when no item passes
 */
export function checkBatch(
  batch: unknown,
  clock: Clock,
  find: (type: string) => SubmittableType | IntakeError,
  { misread = [], also = (job) => job }: BatchChecks = {},
): CheckedBatch {
  const given = (batch as { items?: unknown } | null)?.items;
  if (Array.isArray(given) && given.length > maxBatchItems) throw tooManyItems();
  const parsed = batchSchema.safeParse(batch);
  if (!parsed.success) {
    const errors = faultsOf(parsed.error);
    throw new IntakeError('invalid_request', 'Not a batch: expected {"items": [...]}.', { errors });
  }
  const misreadItems = groupByItem(misread);
  const faults = new FaultList();
  let isAnyValid = false;
  const items = parsed.data.items.map((item, index): CheckedJob | IntakeError => {
    const errors = misreadItems.get(index);
    const checked = errors ? misreadItem(errors) : checkSubmission(item, clock, find);
    isAnyValid ||= !(checked instanceof IntakeError);
    const result = checked instanceof IntakeError ? checked : also(checked);
    return result instanceof IntakeError ? tellWithin(faults, result, index) : result;
  });
  if (!isAnyValid)
    throw new IntakeError('invalid_request', 'None of the items can be accepted.', { errors: faults.read() });
  return items;
}

/** The error of a batch with too many items. */
export function tooManyItems(): IntakeError {
  const detail = `A batch takes at most ${maxBatchItems} items: send several batches.`;
  return new IntakeError('too_many_items', detail);
}

/** The error of an item, with as many of its faults as the list of all has room for. */
function tellWithin(all: FaultList, error: IntakeError, index: number): IntakeError {
  const { errors } = error.details;
  if (errors === undefined) return error;
  const told = errors.slice(0, all.room);
  all.addAll(`/items/${index}`, errors);
  if (told.length === errors.length) return error;
  return new IntakeError(error.code, error.message, told.length > 0 ? { errors: told } : {});
}

function misreadItem(errors: readonly Fault[]): IntakeError {
  return new IntakeError('invalid_request', 'The item has numbers that would change.', { errors });
}

/** @throws IntakeError `invalid_request` when a fault is in no item */
function groupByItem(faults: readonly Fault[]): Map<number, Fault[]> {
  const byItem = new Map<number, Fault[]>();
  for (const { pointer, detail } of faults) {
    const [, index, inside] = /^\/items\/(\d+)(.*)$/s.exec(pointer) ?? [];
    if (index === undefined)
      throw new IntakeError('invalid_request', 'The batch has numbers that would change.', {
        errors: faults,
      });
    const fault = { pointer: inside!, detail };
    byItem.set(Number(index), [...(byItem.get(Number(index)) ?? []), fault]);
  }
  return byItem;
}

/** The job of an accepted item; `existing` if it was there before and holds the item's unique key. */
export interface AcceptedItem {
  readonly id: JobId;
  readonly existing?: true | undefined;
}

/**
 * The answer to a batch, from the result of each item: the accepted job, or its error.
 * @throws IntakeError when no item was accepted: `submit_unknown` if an item may be in the log nevertheless, otherwise the code
 * of the gravest error
 */
export function answerBatch(results: readonly (AcceptedItem | IntakeError)[]): BatchAnswer {
  const items = results.map((result, index): BatchItem => {
    if (result instanceof IntakeError) return { index, error: describeItem(result) };
    const { id, existing } = result;
    return existing ? { index, id, existing } : { index, id };
  });
  const errors = results.filter((result): result is IntakeError => result instanceof IntakeError);
  const gravest = errors.toSorted((a, b) => gravity(b) - gravity(a))[0];
  if (gravest && errors.length === results.length) {
    throw new IntakeError(gravest.code, gravest.message, { items, cause: gravest });
  }
  return { accepted: results.length - errors.length, rejected: errors.length, items };
}

/** Whether the answer to a batch is final: no further item would be accepted if the batch were sent again. */
export function isSettled({ items }: BatchAnswer): boolean {
  return items.every((item) => !('error' in item) || !mayPass(item.error.code));
}

const codesByGravity = ['broker_refused', 'broker_unavailable', 'submit_unknown'];

function gravity({ code }: IntakeError): number {
  return codesByGravity.indexOf(code);
}

function describeItem({ code, message, details }: IntakeError): ItemError {
  return {
    code,
    detail: message,
    ...(details.errors && { errors: [...details.errors] }),
    ...(details.id !== undefined && { id: details.id }),
  };
}
