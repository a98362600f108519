import { escapeStep, valueAt } from '@jobstream/contracts';
import type { Fault } from '@jobstream/contracts/rest';

/**
 * What a payload takes from the jobs before it: a field of a result (the whole result where `path` is empty), how a job ended, or how
 * all jobs ended that it waits for (`failed`: of these only those that did not succeed).
 */
export type Reference =
  | { readonly kind: 'result'; readonly name: string; readonly path: string }
  | { readonly kind: 'outcome'; readonly name: string }
  | { readonly kind: 'outcomes'; readonly only: 'all' | 'failed' };

/** A reference, and where it stands in the payload. */
export interface PlacedReference {
  readonly steps: readonly string[];
  readonly reference: Reference;
}

/** How a job of a flow ended, as a payload is told. */
export interface ToldOutcome {
  readonly name: string;
  readonly id: string;
  readonly state: string;
  readonly result?: unknown;
  readonly error?: { readonly code: string; readonly message: string };
}

/** What stands for a reference: `{"$result": "render.key"}`. */
type ReferenceField = '$result' | '$outcome' | '$outcomes';
const fields: readonly string[] = ['$result', '$outcome', '$outcomes'] satisfies ReferenceField[];

/** The references of a payload, and the faults of what looks like one. Payloads nest at most as deep as a body may. */
export function findReferences(payload: unknown): {
  readonly references: readonly PlacedReference[];
  readonly faults: readonly Fault[];
} {
  const references: PlacedReference[] = [];
  const faults: Fault[] = [];
  const walk = (value: unknown, steps: readonly string[]): void => {
    if (typeof value !== 'object' || value === null) return;
    const read = readReference(value);
    if (read === undefined) for (const [name, inner] of Object.entries(value)) walk(inner, [...steps, name]);
    else if ('detail' in read) faults.push({ pointer: pointerOf(steps), detail: read.detail });
    else references.push({ steps, reference: read });
  };
  walk(payload, []);
  return { references, faults };
}

/** A copy of the payload in which `valueFor` stands for each reference. */
export function replaceReferences(payload: unknown, valueFor: (reference: Reference) => unknown): unknown {
  if (typeof payload !== 'object' || payload === null) return payload;
  const read = readReference(payload);
  if (read !== undefined && !('detail' in read)) return valueFor(read);
  if (Array.isArray(payload)) return payload.map((inner) => replaceReferences(inner, valueFor));
  const copy: Record<string, unknown> = {};
  for (const [name, inner] of Object.entries(payload))
    // Not by assignment: a field may be called __proto__.
    Object.defineProperty(copy, name, {
      value: replaceReferences(inner, valueFor),
      enumerable: true,
      writable: true,
      configurable: true,
    });
  return copy;
}

/** The value of a reference, by the outcomes of the jobs that it waits for. What a job has not left is null. */
export function valueOf(reference: Reference, outcomes: readonly ToldOutcome[]): unknown {
  switch (reference.kind) {
    case 'outcomes':
      return reference.only === 'all' ? outcomes : outcomes.filter(({ state }) => state !== 'succeeded');
    case 'outcome':
      return outcomes.find(({ name }) => name === reference.name) ?? null;
    case 'result': {
      const { name, path } = reference;
      const result = outcomes.find((outcome) => outcome.name === name)?.result;
      return (path === '' ? result : valueAt(result, path)) ?? null;
    }
  }
}

/** A JSON Pointer. */
export function pointerOf(steps: readonly string[]): string {
  return steps.map((step) => `/${escapeStep(step)}`).join('');
}

function readReference(value: object): Reference | { readonly detail: string } | undefined {
  const names = Object.keys(value);
  const field = names.find((name) => fields.includes(name)) as ReferenceField | undefined;
  if (field === undefined || Array.isArray(value)) return undefined;
  if (names.length > 1) return { detail: `Nothing stands beside "${field}".` };
  const told = (value as Record<string, unknown>)[field];
  if (field === '$outcomes') {
    if (told === true || told === 'failed')
      return { kind: 'outcomes', only: told === true ? 'all' : 'failed' };
    return { detail: 'Give true, or "failed" for those that did not succeed.' };
  }
  if (typeof told !== 'string' || told === '')
    return { detail: 'Name a job of the flow, or a field of its result: "render.key".' };
  if (field === '$outcome') return { kind: 'outcome', name: told };
  const dot = told.indexOf('.');
  if (dot === -1) return { kind: 'result', name: told, path: '' };
  return { kind: 'result', name: told.slice(0, dot), path: told.slice(dot + 1) };
}
