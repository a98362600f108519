import { maxFaults, type Fault } from '@jobstream/contracts/rest';
import { Ajv2020 } from 'ajv/dist/2020.js';
import type { JsonSchema } from '@jobstream/contracts';
import { shapeAt } from './shapes.js';
import { schemaFaults } from './schema-faults.js';

let metaAjv: Ajv2020 | undefined;

/**
 * The reasons why the platform does not check payloads by this value: it is no JSON Schema of draft 2020-12, or one of
 * {@link schemaFaults}. Empty when it is fit.
 * @param at the JSON Pointer of the schema in what was sent
 */
export function faultsOfSchema(schema: unknown, at = ''): Fault[] {
  const faults = schemaFaults(schema, at);
  if (faults.length > 0) return faults.slice(0, maxFaults);
  metaAjv ??= new Ajv2020({ strict: false, logger: false });
  if (metaAjv.validateSchema(schema as object) === true) return danglingReferences(schema, at);
  return (metaAjv.errors ?? []).slice(0, maxFaults).map(({ instancePath, message }) => ({
    pointer: at + instancePath,
    detail: `This ${message ?? 'is not valid'}.`,
  }));
}

/** References to a shape that the schema does not have. */
function danglingReferences(schema: unknown, at: string): Fault[] {
  const faults: Fault[] = [];
  JSON.stringify(schema, (name, value: unknown) => {
    if (name === '$ref' && typeof value === 'string' && shapeAt(value, schema as JsonSchema) === undefined)
      faults.push({ pointer: at, detail: `The schema has no shape ${JSON.stringify(value.slice(0, 200))}.` });
    return value;
  });
  return faults.slice(0, maxFaults);
}
