import type { JsonSchema } from '@jobstream/contracts';
import { PayloadCheck } from './payload-check.js';
import { shapeAt } from './shapes.js';

/** Deeper shapes are left out of an example, and a schema that refers to itself ends. */
const maxDepth = 8;

const byFormat: Readonly<Record<string, string>> = {
  date: '2026-01-31',
  'date-time': '2026-01-31T09:30:00Z',
  duration: 'PT5M',
  email: 'ada@example.com',
  hostname: 'example.com',
  ipv4: '192.0.2.1',
  ipv6: '2001:db8::1',
  'mail-address': 'ada@example.com',
  'person-name': 'Ada Lovelace',
  time: '09:30:00Z',
  uri: 'https://example.com/',
  url: 'https://example.com/',
  uuid: '0190163d-8694-739b-aea5-966c26f8ad91',
};

/**
 * A payload that a schema takes: its own `examples` and defaults, else the smallest value of each required field. Null where none
 * was found, as for a pattern without an example.
 */
export function exampleOf(schema: JsonSchema): unknown {
  const example = sample(schema, schema, 0);
  return 'payload' in new PayloadCheck(schema).check(structuredClone(example)) ? example : null;
}

function sample(schema: unknown, root: JsonSchema, depth: number): unknown {
  if (typeof schema !== 'object' || schema === null || depth > maxDepth) return null;
  const own = schema as JsonSchema;
  const given = givenValue(own);
  if (given !== undefined) return given;
  const inner = [own.oneOf, own.anyOf].find(Array.isArray)?.[0] as unknown;
  if (inner !== undefined) return sample(inner, root, depth + 1);
  if (typeof own.$ref === 'string') return sample(shapeAt(own.$ref, root), root, depth + 1);
  return sampleOfType(own, root, depth);
}

function givenValue({ examples, default: byDefault, const: constant, enum: values }: JsonSchema): unknown {
  if (Array.isArray(examples) && examples.length > 0) return examples[0];
  if (constant !== undefined) return constant;
  if (Array.isArray(values)) return values[0];
  return byDefault;
}

function sampleOfType(schema: JsonSchema, root: JsonSchema, depth: number): unknown {
  const type: unknown = Array.isArray(schema.type) ? schema.type[0] : schema.type;
  switch (type ?? (schema.properties ? 'object' : undefined)) {
    case 'object':
      return sampleObject(schema, root, depth);
    case 'array':
      return Array.from({ length: Number(schema.minItems ?? 0) }, () =>
        sample(schema.items, root, depth + 1),
      );
    case 'string':
      return sampleText(schema);
    case 'integer':
    case 'number':
      return Math.max(
        Number(schema.minimum ?? Number(schema.exclusiveMinimum ?? -1) + 1),
        isWide(schema) ? 1 : -Infinity,
      );
    case 'boolean':
      return true;
    default:
      return null;
  }
}

/** Whether 1 lies within the bounds: zod writes out those of a safe integer. */
function isWide({ minimum, maximum }: JsonSchema): boolean {
  return Number(minimum ?? 0) <= 1 && Number(maximum ?? 1) >= 1;
}

function sampleObject(schema: JsonSchema, root: JsonSchema, depth: number): Record<string, unknown> {
  const required = Array.isArray(schema.required) ? (schema.required as string[]) : [];
  const properties = (schema.properties ?? {}) as Record<string, JsonSchema>;
  const given = Object.keys(properties).filter((name) => givenValue(properties[name]!) !== undefined);
  // A required field that has no shape of its own: a record.
  return Object.fromEntries(
    [...new Set([...given, ...required])].map((name) => [
      name,
      sample(properties[name] ?? schema.additionalProperties, root, depth + 1),
    ]),
  );
}

function sampleText({ format, minLength, maxLength }: JsonSchema): string {
  const text = byFormat[String(format)] ?? 'text';
  const filled = text.padEnd(Math.min(Number(minLength ?? 0), 1_000), 'x');
  return maxLength === undefined ? filled : filled.slice(0, Number(maxLength));
}
