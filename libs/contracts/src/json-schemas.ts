import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';

/** A JSON Schema of draft 2020-12. */
export type JsonSchema = Readonly<Record<string, unknown>>;

/** Whether a shape describes input, before defaults and conversions, or output. */
export type Direction = 'input' | 'output';

export interface JsonSchemasOptions {
  /**
   * Whether output has no undeclared fields. Default false: readers ignore fields that they do not know. Tests set it, to find
   * undeclared fields.
   */
  readonly exact?: boolean;
}

/** Turns shapes into JSON Schema. Those that carry an `id` are gathered, each once, as `#/components/schemas/{id}`. */
export class JsonSchemas {
  /** The gathered ones, by id. */
  readonly components: Record<string, JsonSchema> = {};
  /** See {@link JsonSchemasOptions.exact}. */
  readonly exact: boolean;
  /** Some shapes, as that of a problem, come several hundred times in one document. */
  private readonly known = {
    input: new Map<z.ZodType, JsonSchema>(),
    output: new Map<z.ZodType, JsonSchema>(),
  };

  constructor({ exact = false }: JsonSchemasOptions = {}) {
    this.exact = exact;
  }

  /** @throws TypeError when a shape of this id was gathered that differs */
  of(schema: z.ZodType, direction: Direction): JsonSchema {
    const known = this.known[direction];
    const made = known.get(schema) ?? this.make(schema, direction);
    known.set(schema, made);
    return made;
  }

  private make(schema: z.ZodType, direction: Direction): JsonSchema {
    const { properties, $defs = {} } = z.toJSONSchema(z.object({ root: schema }), {
      target: 'draft-2020-12',
      io: direction,
      unrepresentable: 'any',
      override: (shape) => this.tidy(shape, direction),
    });
    for (const [id, definition] of Object.entries($defs)) this.gather(id, pointAtComponents(definition));
    return pointAtComponents(properties!.root);
  }

  /** Gathers a JSON Schema that stands by itself, and each shape of its `$defs` as `{id}.{name}`. */
  add(id: string, schema: JsonSchema): void {
    const { $schema: _, $id: __, $defs = {}, ...own } = schema;
    const pointAt = (shape: unknown) =>
      JSON.parse(
        JSON.stringify(shape).replaceAll('"$ref":"#/$defs/', `"$ref":"#/components/schemas/${id}.`),
      ) as JsonSchema;
    for (const [name, shape] of Object.entries($defs as Record<string, unknown>))
      this.gather(`${id}.${name}`, pointAt(shape));
    this.gather(id, pointAt(own));
  }

  private gather(id: string, schema: JsonSchema): void {
    const known = this.components[id];
    if (known && !isDeepStrictEqual(known, schema)) {
      const detail = 'differs between input and output: give each form an id of its own.';
      throw new TypeError(`The shape "${id}" ${detail}`);
    }
    this.components[id] = schema;
  }

  /** Leaves out patterns that only repeat a format, and the ban on fields that a later version may add. */
  private tidy({ zodSchema, jsonSchema }: Shape, direction: Direction): void {
    if (jsonSchema.format === 'date-time' || jsonSchema.format === 'date') delete jsonSchema.pattern;
    const { def } = zodSchema._zod;
    if (def.type === 'record' && jsonSchema.required) nameProperties(jsonSchema);
    const isOpen = def.type === 'object' && (def as z.core.$ZodObjectDef).catchall === undefined;
    if (isOpen && direction === 'output' && !this.exact) delete jsonSchema.additionalProperties;
  }
}

interface Shape {
  readonly zodSchema: z.core.$ZodTypes;
  readonly jsonSchema: z.core.JSONSchema.BaseSchema;
}

/** A record whose keys are all known becomes an object with these fields. */
function nameProperties(schema: z.core.JSONSchema.BaseSchema): void {
  const { required = [], additionalProperties: value } = schema;
  schema.properties = Object.fromEntries(required.map((key) => [key, value!]));
  delete schema.propertyNames;
  delete schema.additionalProperties;
}

function pointAtComponents(schema: unknown): JsonSchema {
  const text = JSON.stringify(schema).replaceAll('"$ref":"#/$defs/', '"$ref":"#/components/schemas/');
  return JSON.parse(text) as JsonSchema;
}
