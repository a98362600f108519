import type { ComponentChildren, VNode } from 'preact';

/** A column of a table. */
export interface Column<Row> {
  readonly title: string;
  cell(this: void, row: Row): ComponentChildren;
  /** Numbers stand to the right. */
  readonly isNumber?: boolean;
}

export interface RowTableProps<Row> {
  /** Names the table for those who do not see it. */
  readonly label: string;
  readonly columns: readonly Column<Row>[];
  /** Undefined while they are read for the first time. */
  readonly rows: readonly Row[] | undefined;
  keyOf(this: void, row: Row): string;
  /** What an empty table says: what would fill it. */
  readonly empty: ComponentChildren;
}

/** Rows that `j` and `k` move through. The table scrolls within itself where it is too wide. */
export function RowTable<Row>({ label, columns, rows, keyOf, empty }: RowTableProps<Row>): VNode {
  if (rows === undefined) return <p class="muted">Reading…</p>;
  if (rows.length === 0) return <p class="muted">{empty}</p>;
  return (
    <div class="scroll" tabIndex={0} role="region" aria-label={label}>
      <table>
        <thead>
          <tr>
            {columns.map(({ title, isNumber }) => (
              <th key={title} scope="col" class={isNumber ? 'number' : undefined}>
                {title}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={keyOf(row)} data-row>
              {columns.map(({ title, cell, isNumber }) => (
                <td key={title} class={isNumber ? 'number' : undefined}>
                  {cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
