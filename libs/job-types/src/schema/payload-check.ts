import { unescapeStep, type JsonSchema } from '@jobstream/contracts';
import {
  emailAddressSchema,
  FaultList,
  personNameSchema,
  userIdSchema,
  type Fault,
} from '@jobstream/contracts/rest';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import type { z } from 'zod';
import { withDiscriminators } from './discriminators.js';
import { linearPattern } from './linear-pattern.js';
import { withoutUnboundedPatterns } from './schema-faults.js';
import { CheckTooLongError, WorkBudget } from './work-budget.js';

/** A payload that fits, with the defaults of its schema filled in; or the path of each fault. */
export type CheckedPayload = { readonly payload: unknown } | { readonly faults: readonly Fault[] };

const options = { strict: false, logger: false } as const;

/** The formats that JSON Schema does not know and the platform checks: what a pattern can not say. */
const ownFormats: Readonly<Record<string, z.ZodType>> = {
  'mail-address': emailAddressSchema,
  'person-name': personNameSchema,
  'user-id': userIdSchema,
};

/**
 * Checks payloads by a JSON Schema of draft 2020-12 that has no {@link schemaFaults}. The schema is compiled at the first check.
 * Patterns take linear time, and those that can not are left to the worker. A schema that does not compile takes no payload.
 */
export class PayloadCheck {
  private compiled: Compiled | InvalidSchema | undefined;

  constructor(private readonly schema: JsonSchema) {}

  /**
   * Fills the defaults of the schema in, into a copy.
   * @param at the JSON Pointer of the payload in what was sent
   */
  check(payload: unknown, at = ''): CheckedPayload {
    this.compiled ??= compile(this.schema);
    if ('invalid' in this.compiled) return { faults: [{ pointer: at, detail: this.compiled.invalid }] };
    const { validate, budget, hasDefaults } = this.compiled;
    budget.refill();
    // An object around it, so that a default of the outermost schema counts too.
    const held = { payload: hasDefaults ? copyOf(payload) : payload };
    try {
      if (validate(held)) return { payload: held.payload };
    } catch (error) {
      if (error instanceof CheckTooLongError) return { faults: [{ pointer: at, detail: error.message }] };
      throw error;
    }
    return { faults: faultsOf(validate.errors ?? [], at) };
  }
}

interface Compiled {
  readonly validate: ValidateFunction;
  readonly budget: WorkBudget;
  /** Whether a check may change what it looks at. */
  readonly hasDefaults: boolean;
}

interface InvalidSchema {
  /** Why there is nothing to check by. */
  readonly invalid: string;
}

function compile(schema: JsonSchema): Compiled | InvalidSchema {
  const { $id: _, ...unnamed } = withDiscriminators(withoutUnboundedPatterns(schema));
  const ajv = new Ajv2020({
    ...options,
    allErrors: true,
    useDefaults: true,
    discriminator: true,
    // Faults of the schema were found when it was published, and its meta-schema takes long to compile.
    meta: false,
    validateSchema: false,
    code: { regExp: Object.assign(linearPattern, { code: 'linearPattern' }) },
  });
  addFormats.default(ajv);
  for (const [name, schema] of Object.entries(ownFormats))
    ajv.addFormat(name, { type: 'string', validate: (text: string) => schema.safeParse(text).success });
  const budget = new WorkBudget(ajv);
  ajv.addSchema(WorkBudget.mark(unnamed), 'payload');
  try {
    const validate = ajv.compile({
      type: 'object',
      properties: { payload: { $ref: 'payload' } },
      required: ['payload'],
    });
    return { validate, budget, hasDefaults: JSON.stringify(schema).includes('"default":') };
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      invalid: `The published schema is not valid, so no payload fits it: publish the job type anew. ${why}`,
    };
  }
}

/** A copy of a JSON value; quicker than structuredClone. */
function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  const copy: Record<string, unknown> = {};
  for (const name of Object.keys(value)) {
    const part = copyOf((value as Record<string, unknown>)[name]);
    // A plain assignment to this name would set the prototype.
    if (name === '__proto__')
      Object.defineProperty(copy, name, {
        value: part,
        enumerable: true,
        writable: true,
        configurable: true,
      });
    else copy[name] = part;
  }
  return copy;
}

function faultsOf(errors: readonly ErrorObject[], at: string): Fault[] {
  const faults = new FaultList();
  for (const error of errors) {
    const { steps, detail } = explain(error);
    // The first step is the object around the payload.
    faults.add(at, steps.slice(1), detail);
  }
  return faults.read();
}

/** Where a fault is and what it is, in the words that the other faults of a request have. */
function explain({ keyword, instancePath, params, message }: ErrorObject): {
  steps: string[];
  detail: string;
} {
  const steps = instancePath.split('/').slice(1).map(unescapeStep);
  const known = params as Readonly<Record<string, unknown>>;
  switch (keyword) {
    case 'required':
      return { steps: [...steps, String(known.missingProperty)], detail: 'This field is required.' };
    case 'additionalProperties':
      return { steps: [...steps, String(known.additionalProperty)], detail: 'There is no such field.' };
    case 'unevaluatedProperties':
      return { steps: [...steps, String(known.unevaluatedProperty)], detail: 'There is no such field.' };
    case 'enum':
      return {
        steps,
        detail: `Give one of ${(known.allowedValues as unknown[]).map((each) => JSON.stringify(each)).join(', ')}.`,
      };
    case 'const':
      return { steps, detail: `Give ${JSON.stringify(known.allowedValue)}.` };
    case 'type':
      return { steps, detail: `Give ${typeNames(known.type)}.` };
    default:
      return { steps, detail: `This ${message ?? `breaks "${keyword}"`}.` };
  }
}

function typeNames(type: unknown): string {
  const names = (Array.isArray(type) ? type : [type]).map(String);
  return names.map((name) => (/^[aio]/.test(name) ? `an ${name}` : `a ${name}`)).join(' or ');
}
