/**
 * The names of a table's columns, what they hold, and how rows become the arrays of a statement. A table of the projection
 * names each column once, in its `…-table.ts`; statements and types of rows follow from there.
 */
import { bareArray, textArray } from './array-literal.js';

/** A `word` is text that needs no quotes in an array literal; a `time` is in milliseconds before it is written. */
export type ColumnKind = 'uuid' | 'int' | 'bigint' | 'time' | 'word' | 'text' | 'json' | 'texts';

/** A column's name and what it holds. */
export type ColumnSpec = readonly [name: string, kind: ColumnKind];

/** The column of each field: a field that is forgotten is an error of types. */
export type ColumnsOf<Fields> = { readonly [Field in keyof Fields]-?: ColumnSpec };

/** A column, and its value in what a row is written from. */
export interface Column<Source> {
  readonly name: string;
  readonly kind: ColumnKind;
  readonly of: (source: Source) => string | number | null;
}

/** A row of these columns as Postgres answers it. JSON is text. */
export type RowOf<Columns, Fields> = {
  readonly [
    Field in keyof Columns & keyof Fields as Columns[Field] extends readonly [infer Name, ColumnKind]
      ? Name & string
      : never
  ]: Columns[Field] extends readonly [string, 'time'] ? Date | Extract<Fields[Field], null> : Fields[Field];
};

/** The type of a column of each kind. */
export const sqlTypes = {
  uuid: 'uuid',
  int: 'integer',
  bigint: 'bigint',
  time: 'timestamp(3) with time zone',
  word: 'text',
  text: 'text',
  json: 'text',
  texts: 'text[]',
} as const satisfies Record<ColumnKind, string>;

/** A column, and how its value is found in a source. */
export function column<Source>(name: string, kind: ColumnKind, of: Column<Source>['of']): Column<Source> {
  return { name, kind, of };
}

/** Columns whose values are the fields of a part of the source. */
export function columnsOf<
  Source,
  Fields extends { readonly [Field in keyof Fields]: string | number | null },
>(specs: ColumnsOf<Fields>, part: (source: Source) => Fields): Column<Source>[] {
  return (Object.keys(specs) as (keyof Fields)[]).map((field) => {
    const [name, kind] = specs[field];
    return { name, kind, of: (source) => part(source)[field] };
  });
}

/** The columns' names for a statement. */
export function namesOf(columns: readonly { readonly name: string }[]): string {
  return columns.map(({ name }) => quoted(name)).join(', ');
}

/** A name for a statement: one of ours is a word of SQL. */
function quoted(name: string): string {
  return name === 'offset' ? '"offset"' : name;
}

/** `INSERT INTO table … SELECT …` from one array a column: its values are {@link arraysOf} the sources. */
export function insertStatement(table: string, columns: readonly Column<never>[]): string {
  const names = namesOf(columns);
  return `INSERT INTO ${table} (${names})
    SELECT ${columns.map(selected).join(', ')}
    FROM unnest(${columns.map(({ kind }, index) => `$${index + 1}::${givenType(kind)}[]`).join(', ')}) AS given(${names})`;
}

/** The type of a column's values in the arrays: times are milliseconds, arrays of texts are literals. */
function givenType(kind: ColumnKind): string {
  if (kind === 'time') return 'double precision';
  return kind === 'texts' ? 'text' : sqlTypes[kind];
}

/** How a column is selected from the unnested arrays. */
function selected({ name, kind }: Column<never>): string {
  if (kind === 'time') return `to_timestamp(${name} / 1000)`;
  return kind === 'texts' ? `${name}::text[]` : quoted(name);
}

/** Of each column the values of all sources, as an array literal. */
export function arraysOf<Source>(columns: readonly Column<Source>[], sources: readonly Source[]): string[] {
  return columns.map((column) => arrayOf(column, sources));
}

/** Empty where all is null, as for most columns: unnest fills up with nulls. */
function arrayOf<Source>({ kind, of }: Column<Source>, sources: readonly Source[]): string {
  const values = new Array<string | number | null>(sources.length);
  let isNull = true;
  for (let index = 0; index < sources.length; index += 1) {
    const value = of(sources[index]!);
    values[index] = value;
    if (value !== null) isNull = false;
  }
  if (isNull) return '{}';
  return kind === 'text' || kind === 'json' || kind === 'texts'
    ? textArray(values as (string | null)[])
    : bareArray(values);
}
