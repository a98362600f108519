/** The columns that a list of jobs can have, by their names in the URL, in the order in which they are shown. */
export const columnTitles = {
  id: 'Job',
  state: 'State',
  type: 'Type',
  queue: 'Queue',
  for: 'For',
  key: 'Ordering key',
  priority: 'Priority',
  created: 'Created',
  started: 'Started',
  ended: 'Ended',
  took: 'Took',
  attempt: 'Attempt',
  error: 'Error',
} as const;

/** A column by its name in the URL. */
export type ColumnName = keyof typeof columnTitles;

/** All columns, in their order. */
export const columnNames = Object.keys(columnTitles) as readonly ColumnName[];

const shownAnyway: readonly ColumnName[] = [
  'id',
  'state',
  'type',
  'queue',
  'for',
  'created',
  'ended',
  'attempt',
  'error',
];

/** The columns that a URL asks for: those that there are, the job always. Without any, those that are shown anyway. */
export function readColumns(text: string | undefined): readonly ColumnName[] {
  const asked = new Set((text ?? '').split(','));
  const known = columnNames.filter((name) => asked.has(name));
  if (known.length === 0) return shownAnyway;
  return known[0] === 'id' ? known : ['id', ...known];
}

/** The text of the URL for these columns; undefined for those that are shown anyway, so that one list has one URL. */
export function writeColumns(names: readonly ColumnName[]): string | undefined {
  const inOrder = columnNames.filter((name) => name === 'id' || names.includes(name));
  const text = inOrder.join(',');
  return text === shownAnyway.join(',') ? undefined : text;
}
