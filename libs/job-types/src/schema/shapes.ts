import { unescapeStep, type JsonSchema } from '@jobstream/contracts';

/** An object of a schema, or of what was sent for one. */
export type Fields = Readonly<Record<string, unknown>>;

export function isFields(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const localReference = /^#\/(\$defs|definitions)\/([^/]+)$/;

/** Whether a reference stays in its schema, and leads to the whole of it or to a shape of `$defs`. */
export function isLocalReference(reference: unknown): reference is string {
  return typeof reference === 'string' && (reference === '#' || localReference.test(reference));
}

/** What a local reference leads to: the schema itself, or a shape of its `$defs`. Undefined where there is none of this name. */
export function shapeAt(reference: string, schema: JsonSchema): unknown {
  if (reference === '#') return schema;
  const [, group, step] = localReference.exec(reference) ?? [];
  if (group === undefined || step === undefined) return undefined;
  const shapes = schema[group];
  const name = nameOf(step);
  return isFields(shapes) && Object.hasOwn(shapes, name) ? shapes[name] : undefined;
}

/** A pointer in the fragment of a URI (RFC 6901, section 6). */
function nameOf(step: string): string {
  try {
    return unescapeStep(decodeURIComponent(step));
  } catch {
    return unescapeStep(step);
  }
}
