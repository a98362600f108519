import type { JsonSchema } from '@jobstream/contracts';
import { isFields, shapeAt, type Fields } from './shapes.js';

/**
 * A copy of a schema in which each `oneOf` whose branches are told apart by one constant text says so (the `discriminator` of
 * OpenAPI, which Ajv takes). A fault is then looked for in the branch that was meant, not in all of them.
 */
export function withDiscriminators(schema: JsonSchema): JsonSchema {
  return JSON.parse(JSON.stringify(schema), (_, value: unknown) => {
    if (!isFields(value) || !Array.isArray(value.oneOf) || 'discriminator' in value) return value;
    const propertyName = tagOf(value.oneOf.map((branch: unknown) => resolve(branch, schema)));
    return propertyName === undefined
      ? value
      : { ...value, type: 'object', required: [propertyName], discriminator: { propertyName } };
  }) as JsonSchema;
}

/** The required property whose constant differs in each branch; undefined where there is no such. */
function tagOf(branches: readonly (Fields | undefined)[]): string | undefined {
  const [first] = branches;
  if (first === undefined || branches.length < 2) return undefined;
  return Object.keys(propertiesOf(first)).find((name) => {
    const constants = branches.map((branch) => constantOf(branch, name));
    return constants.every((each) => each !== undefined) && new Set(constants).size === branches.length;
  });
}

function constantOf(branch: Fields | undefined, name: string): string | undefined {
  if (!Array.isArray(branch?.required) || !branch.required.includes(name)) return undefined;
  const property = propertiesOf(branch)[name];
  return isFields(property) && typeof property.const === 'string' ? property.const : undefined;
}

function propertiesOf(branch: Fields): Fields {
  return isFields(branch.properties) ? branch.properties : {};
}

function resolve(branch: unknown, schema: JsonSchema): Fields | undefined {
  if (!isFields(branch)) return undefined;
  const shape = typeof branch.$ref === 'string' ? shapeAt(branch.$ref, schema) : branch;
  return isFields(shape) ? shape : undefined;
}
