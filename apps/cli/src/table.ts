import measure from 'fast-string-truncated-width';
import { inOneLine } from './visible-text.js';

/** The columns of a table by their titles, and what a row has there. */
export type Columns<Row> = Readonly<Record<string, (row: Row) => string | number | null>>;

const gap = '  ';
/** A last column is not cut to less. */
const minLastWidth = 12;

/**
 * Rows under their titles, a line each.
 * @param width columns of the terminal, which the last column is cut to fit; undefined for a file or a pipe, where nothing is cut
 */
export function describeTable<Row>(
  rows: readonly Row[],
  columns: Columns<Row>,
  width: number | undefined,
): string {
  const lines = [
    Object.keys(columns),
    ...rows.map((row) => Object.values(columns).map((cellOf) => inOneLine(String(cellOf(row) ?? '-')))),
  ];
  const widths = Object.keys(columns).map((_, at) => Math.max(...lines.map((line) => widthOf(line[at]!))));
  const before = widths.slice(0, -1).reduce((sum, each) => sum + each + gap.length, 0);
  const lastWidth = width === undefined ? Infinity : Math.max(width - before, minLastWidth);
  return lines.map((line) => describeLine(line, widths, lastWidth)).join('\n');
}

function describeLine(line: readonly string[], widths: readonly number[], lastWidth: number): string {
  const cells = line.map((cell, at) =>
    at === line.length - 1 ? cut(cell, lastWidth) : cell + ' '.repeat(widths[at]! - widthOf(cell)),
  );
  return cells.join(gap).trimEnd();
}

function widthOf(text: string): number {
  return measure(text).width;
}

function cut(text: string, width: number): string {
  if (width === Infinity) return text;
  const { truncated, ellipsed, index } = measure(text, { limit: width, ellipsis: '…' });
  return truncated ? `${text.slice(0, index)}${ellipsed ? '…' : ''}` : text;
}
