/** A field of a form, made from one property of a payload's schema. */
export interface FormField {
  readonly name: string;
  /** `json` for whatever is no single value: it is edited as JSON. */
  readonly kind: 'text' | 'number' | 'choice' | 'yes_no' | 'json';
  readonly isRequired: boolean;
  readonly description: string | undefined;
  /** Of `choice`. */
  readonly options: readonly string[];
}

interface PropertySchema {
  readonly type?: unknown;
  readonly enum?: unknown;
  readonly description?: unknown;
}

/** Schemas with more properties are edited as JSON alone. */
const maxFields = 40;

/** The fields of a payload's form; none where the schema describes no object. */
export function fieldsOf(schema: Readonly<Record<string, unknown>>): FormField[] {
  const { type, properties, required } = schema;
  if (type !== 'object' || typeof properties !== 'object' || properties === null) return [];
  const names = Array.isArray(required) ? (required as unknown[]) : [];
  const entries = Object.entries(properties as Readonly<Record<string, PropertySchema>>);
  if (entries.length > maxFields) return [];
  return entries.map(([name, property]) => ({
    name,
    ...kindOf(property),
    isRequired: names.includes(name),
    description: typeof property.description === 'string' ? property.description : undefined,
  }));
}

function kindOf({ type, enum: values }: PropertySchema): Pick<FormField, 'kind' | 'options'> {
  if (Array.isArray(values) && values.every((value) => typeof value === 'string'))
    return { kind: 'choice', options: values };
  switch (type) {
    case 'string':
      return { kind: 'text', options: [] };
    case 'number':
    case 'integer':
      return { kind: 'number', options: [] };
    case 'boolean':
      return { kind: 'yes_no', options: [] };
    default:
      return { kind: 'json', options: [] };
  }
}

/** The payload with one field changed; undefined takes it away. Anything but an object becomes one. */
export function withField(payload: unknown, name: string, value: unknown): Record<string, unknown> {
  const fields = typeof payload === 'object' && payload !== null && !Array.isArray(payload) ? payload : {};
  const others = Object.entries(fields).filter(([other]) => other !== name);
  if (value === undefined) return Object.fromEntries(others);
  return Object.fromEntries(
    Object.hasOwn(fields, name)
      ? Object.entries(fields).map(([other, old]) => [other, other === name ? value : (old as unknown)])
      : [...others, [name, value]],
  );
}
