import type { JsonSchema } from '@jobstream/contracts';
import { isFields, shapeAt } from './shapes.js';

/** The JSON types that a value may have; `any` where its schema does not say. */
export type JsonTypes = ReadonlySet<string> | 'any';

/** Deeper schemas, and those that refer to themselves without end, may be anything. */
const maxDepth = 50;

/**
 * The types of what a schema has at a path of fields and places in lists. Undefined where it has nothing there: the path leads to a
 * field that the schema does not name, or into a value that has no fields.
 */
export function typesAt(schema: JsonSchema, path: readonly string[]): JsonTypes | undefined {
  return typesOf(schema, schema, path, 0);
}

/** Whether a value that has one of these types may be one of those. A whole number is a number. */
export function mayFit(given: JsonTypes, wanted: JsonTypes): boolean {
  if (given === 'any' || wanted === 'any') return true;
  return [...given].some(
    (type) =>
      wanted.has(type) ||
      (type === 'integer' && wanted.has('number')) ||
      (type === 'number' && wanted.has('integer')),
  );
}

function typesOf(
  schema: unknown,
  root: JsonSchema,
  path: readonly string[],
  depth: number,
): JsonTypes | undefined {
  if (schema === false) return undefined;
  if (!isFields(schema) || depth > maxDepth) return 'any';
  if (typeof schema.$ref === 'string')
    return typesOf(shapeAt(schema.$ref, root) ?? {}, root, path, depth + 1);
  const choices = [schema.anyOf, schema.oneOf].find(Array.isArray) as unknown[] | undefined;
  if (choices) return unionOf(choices.map((choice) => typesOf(choice, root, path, depth + 1)));
  if (Array.isArray(schema.allOf))
    return (schema.allOf as unknown[])
      .map((part) => typesOf(part, root, path, depth + 1))
      .find((types) => types);
  if (path.length === 0) return ownTypesOf(schema);
  return typesOf(childOf(schema, path[0]!), root, path.slice(1), depth + 1);
}

function unionOf(all: readonly (JsonTypes | undefined)[]): JsonTypes | undefined {
  const known = all.filter((types) => types !== undefined);
  if (known.length === 0) return undefined;
  const sets = known.filter((types) => types !== 'any');
  return sets.length < known.length ? 'any' : new Set(sets.flatMap((types) => [...types]));
}

function ownTypesOf({ type, const: constant, enum: values, properties }: JsonSchema): JsonTypes {
  if (typeof type === 'string') return new Set([type]);
  if (Array.isArray(type)) return new Set(type as string[]);
  if (constant !== undefined) return new Set([typeOf(constant)]);
  if (Array.isArray(values)) return new Set(values.map(typeOf));
  return properties === undefined ? 'any' : new Set(['object']);
}

function typeOf(value: unknown): string {
  if (value === null) return 'null';
  return Array.isArray(value) ? 'array' : typeof value;
}

/** The schema of a field, or of a place in a list; false where there is none. */
function childOf(schema: JsonSchema, step: string): unknown {
  const types = ownTypesOf(schema);
  const may = (type: string) => types === 'any' || types.has(type);
  const { properties, additionalProperties, prefixItems, items } = schema;
  if (may('object')) {
    if (isFields(properties) && Object.hasOwn(properties, step)) return properties[step];
    if (additionalProperties !== undefined) return additionalProperties;
    // A schema that names fields means these.
    if (!isFields(properties)) return true;
  }
  if (may('array') && /^\d{1,9}$/.test(step)) {
    const place = Array.isArray(prefixItems) ? (prefixItems as unknown[])[Number(step)] : undefined;
    return place ?? items ?? true;
  }
  return false;
}
