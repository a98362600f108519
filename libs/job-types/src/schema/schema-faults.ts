import { escapeStep, type JsonSchema } from '@jobstream/contracts';
import type { Fault } from '@jobstream/contracts/rest';
import { isFields, isLocalReference, type Fields } from './shapes.js';
import { linearPattern, UnboundedPatternError } from './linear-pattern.js';

/** Bytes of one schema, as JSON. With {@link maxUniqueItems} and the budget of references it bounds how long a check takes. */
export const maxSchemaBytes = 64 * 1024;

/** Arrays and objects in each other, in a schema. */
const maxSchemaNesting = 64;

/** An array with `uniqueItems` compares each pair of its items, so it needs a `maxItems` of at most this. */
const maxUniqueItems = 1_000;

/** The keywords whose value is a schema, a list of schemas, or schemas by name. Everything else in a schema is data. */
const single = new Set([
  'additionalProperties',
  'contains',
  'contentSchema',
  'else',
  'if',
  'items',
  'not',
  'propertyNames',
  'then',
  'unevaluatedItems',
  'unevaluatedProperties',
]);
const listed = new Set(['allOf', 'anyOf', 'oneOf', 'prefixItems']);
const named = new Set(['$defs', 'definitions', 'dependentSchemas', 'patternProperties', 'properties']);

/** A subschema and the JSON Pointer that leads to it. */
interface Place {
  readonly schema: unknown;
  readonly pointer: string;
  readonly depth: number;
}

/**
 * The reasons why the platform does not check payloads by a schema: it is too large or nests too deeply, a reference leaves it, or
 * a check by it could take too long. Empty when it is fit.
 * @param at the JSON Pointer of the schema in what was sent
 */
export function schemaFaults(schema: unknown, at = ''): Fault[] {
  const bytes = Buffer.byteLength(JSON.stringify(schema) ?? '');
  if (bytes > maxSchemaBytes)
    return [{ pointer: at, detail: `A schema has at most ${maxSchemaBytes} bytes; this one has ${bytes}.` }];
  const faults: Fault[] = [];
  const open: Place[] = [{ schema, pointer: at, depth: 1 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (place.depth > maxSchemaNesting) {
      return [{ pointer: place.pointer, detail: `A schema nests at most ${maxSchemaNesting} levels deep.` }];
    }
    if (isFields(place.schema)) {
      faults.push(...faultsAt(place.schema, place.pointer, at));
      open.push(...subschemas(place.schema, place));
    } else if (typeof place.schema !== 'boolean') {
      faults.push({ pointer: place.pointer, detail: 'A JSON Schema is an object, true or false.' });
    }
  }
  return faults;
}

/** The patterns of a schema that can not be matched in linear time: at the edge they do not count, and the worker has the last word. */
export function unboundedPatterns(schema: unknown): string[] {
  const found: string[] = [];
  const open: Place[] = [{ schema, pointer: '', depth: 1 }];
  for (let place = open.pop(); place !== undefined; place = open.pop()) {
    if (!isFields(place.schema)) continue;
    found.push(...patternsOf(place.schema).filter((pattern) => !isLinear(pattern)));
    open.push(...subschemas(place.schema, place));
  }
  return found;
}

/** A copy of a schema without its {@link unboundedPatterns}. */
export function withoutUnboundedPatterns(schema: JsonSchema): JsonSchema {
  const unbounded = new Set(unboundedPatterns(schema));
  if (unbounded.size === 0) return schema;
  return JSON.parse(JSON.stringify(schema), (name, value: unknown) => {
    if (name === 'pattern' && typeof value === 'string' && unbounded.has(value)) return undefined;
    if (name === 'patternProperties' && isFields(value))
      return Object.fromEntries(Object.entries(value).filter(([pattern]) => !unbounded.has(pattern)));
    return value;
  }) as JsonSchema;
}

function faultsAt(schema: Fields, pointer: string, at: string): Fault[] {
  const faults: Fault[] = [];
  const add = (keyword: string, detail: string) => faults.push({ pointer: `${pointer}/${keyword}`, detail });
  const { $ref, $schema, $id, uniqueItems, maxItems } = schema;
  if ($ref !== undefined && !isLocalReference($ref))
    add(
      '$ref',
      'Refer to "#/$defs/<name>" or "#": nothing is fetched, and shapes that are referred to stand in $defs.',
    );
  if ($id !== undefined && pointer !== at) add('$id', 'Only the outermost schema has an $id.');
  if ('$dynamicRef' in schema || '$recursiveRef' in schema)
    add(
      '$dynamicRef' in schema ? '$dynamicRef' : '$recursiveRef',
      'Use $ref: dynamic references are not followed.',
    );
  if ($schema !== undefined && $schema !== 'https://json-schema.org/draft/2020-12/schema')
    add('$schema', 'Write the schema in draft 2020-12.');
  if (uniqueItems === true && !(typeof maxItems === 'number' && maxItems <= maxUniqueItems))
    add(
      'uniqueItems',
      `Items that are unique are compared in pairs: give a maxItems of at most ${maxUniqueItems}.`,
    );
  return faults;
}

function subschemas(schema: Fields, { pointer, depth }: Place): Place[] {
  return Object.entries(schema).flatMap(([keyword, value]): Place[] => {
    const at = `${pointer}/${keyword}`;
    if (single.has(keyword)) return [{ schema: value, pointer: at, depth: depth + 1 }];
    if (listed.has(keyword) && Array.isArray(value))
      return value.map((each: unknown, index) => ({
        schema: each,
        pointer: `${at}/${index}`,
        depth: depth + 1,
      }));
    if (named.has(keyword) && isFields(value))
      return Object.entries(value).map(([name, each]) => ({
        schema: each,
        pointer: `${at}/${escapeStep(name)}`,
        depth: depth + 1,
      }));
    return [];
  });
}

function patternsOf(schema: Fields): string[] {
  const { pattern, patternProperties } = schema;
  const names = isFields(patternProperties) ? Object.keys(patternProperties) : [];
  return typeof pattern === 'string' ? [pattern, ...names] : names;
}

function isLinear(pattern: string): boolean {
  try {
    linearPattern(pattern);
    return true;
  } catch (error) {
    if (error instanceof UnboundedPatternError) return false;
    throw error;
  }
}
