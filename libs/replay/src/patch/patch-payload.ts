import { maxBodyBytes, maxRecordNesting } from '@jobstream/contracts';
import type { Fault, PayloadPatch } from '@jobstream/contracts/rest';
import type { JobTypeBook } from '@jobstream/job-types';
import { applyPatch, PatchError } from './json-patch.js';

/** The patched payload, or why the patch cannot be applied; `faults` are those of the patched payload, if it came so far. */
export type PatchedPayload =
  { readonly payload: unknown } | { readonly detail: string; readonly faults?: readonly Fault[] };

/** The size that intake takes: one level less deep than the request that the payload lies in. */
const maxSize = { bytes: maxBodyBytes, depth: maxRecordNesting - 1 };

/** Applies a JSON Patch (RFC 6902) to a payload, checks it by the schema of its job type and fills in defaults. */
export function patchPayload(
  patch: PayloadPatch,
  type: string,
  payload: unknown,
  jobTypes: JobTypeBook,
): PatchedPayload {
  const known = jobTypes.find(type);
  if (!known) return { detail: `No job type is called "${type}" here, so no patch of it can be checked.` };
  let patched: unknown;
  try {
    patched = applyPatch(payload, patch, maxSize);
  } catch (error) {
    if (error instanceof PatchError) return { detail: error.message };
    throw error;
  }
  const checked = known.check(patched);
  if ('payload' in checked) return checked;
  const faults = checked.faults.slice(0, 5);
  const detail = faults.map((fault) => `${fault.pointer || 'payload'}: ${fault.detail}`).join(' ');
  return { detail, faults };
}
