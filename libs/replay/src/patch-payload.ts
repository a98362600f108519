import { maxBodyBytes, maxRecordNesting } from '@jobstream/contracts';
import { faultsOf, type PayloadPatch } from '@jobstream/contracts/rest';
import { findJobDefinition } from '@jobstream/jobs';
import { applyPatch, PatchError } from './json-patch.js';

/** A payload to run with, or why there is none. */
export type PatchedPayload = { readonly payload: unknown } | { readonly detail: string };

/** What a payload could have come in, one level less deep than the request that it lies in. */
const largest = { bytes: maxBodyBytes, depth: maxRecordNesting - 1 };

/** A payload changed by a JSON Patch (RFC 6902) and checked by the schema of its job type, whose defaults are filled in. */
export function patchPayload(patch: PayloadPatch, type: string, payload: unknown): PatchedPayload {
  const definition = findJobDefinition(type);
  if (!definition)
    return { detail: `No job type is called "${type}" here, so no patch of it can be checked.` };
  let patched: unknown;
  try {
    patched = applyPatch(payload, patch, largest);
  } catch (error) {
    if (error instanceof PatchError) return { detail: error.message };
    throw error;
  }
  const checked = definition.payload.safeParse(patched);
  if (checked.success) return { payload: checked.data };
  const faults = faultsOf(checked.error).slice(0, 5);
  return { detail: faults.map(({ pointer, detail }) => `${pointer || 'payload'}: ${detail}`).join(' ') };
}
