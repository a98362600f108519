import { faultsOf, findJobDefinition, type PayloadPatch } from '@jobstream/contracts';
import { applyPatch } from 'rfc6902';

/** A payload to run with, or why there is none. */
export type PatchedPayload = { readonly payload: unknown } | { readonly detail: string };

/** A payload changed by a JSON Patch (RFC 6902) and checked by the schema of its job type, whose defaults are filled in. */
export function patchPayload(patch: PayloadPatch, type: string, payload: unknown): PatchedPayload {
  const definition = findJobDefinition(type);
  if (!definition)
    return { detail: `No job type is called "${type}" here, so no patch of it can be checked.` };
  // The library changes what it is given, and puts the operations' own values into it.
  const patched = structuredClone(payload);
  const errors = applyPatch(patched, structuredClone(patch));
  const at = errors.findIndex((error) => error !== null);
  if (at >= 0) return { detail: `Operation ${at} of the patch can not be done: ${errors[at]!.message}` };
  const checked = definition.payload.safeParse(patched);
  if (checked.success) return { payload: checked.data };
  const faults = faultsOf(checked.error).slice(0, 5);
  return { detail: faults.map(({ pointer, detail }) => `${pointer || 'payload'}: ${detail}`).join(' ') };
}
