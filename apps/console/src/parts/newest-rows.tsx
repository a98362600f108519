import { useState } from 'preact/hooks';
import type { VNode } from 'preact';
import { countOf } from '../numbers/count.js';
import { RowTable, type RowTableProps } from './row-table.js';

/** Rows that are shown before somebody asks for all. */
const maxRows = 200;

export interface NewestRowsProps<Row> extends RowTableProps<Row> {
  /** All of them, the newest last. */
  readonly rows: readonly Row[];
  /** What a row is: `record`. */
  readonly thing: string;
}

/** A table of the newest rows, and of all as soon as somebody asks for them. */
export function NewestRows<Row>({ rows, thing, ...table }: NewestRowsProps<Row>): VNode {
  const [isWhole, setWhole] = useState(false);
  const hidden = isWhole ? 0 : Math.max(rows.length - maxRows, 0);
  return (
    <>
      {hidden > 0 && (
        <p>
          <button type="button" onClick={() => setWhole(true)}>
            Show {countOf(hidden, `older ${thing}`)}
          </button>
        </p>
      )}
      <RowTable {...table} rows={rows.slice(hidden)} />
    </>
  );
}
