import type { ReportTable } from '../content/report-content.js';
import { setFont } from './fonts.js';
import { drawLine } from './line.js';
import { colours, footHeight, margin } from './page-style.js';

const rowHeight = 17;
const headingHeight = 30;
const padding = 4;

interface Cell {
  readonly left: number;
  readonly width: number;
  readonly align: 'left' | 'right';
}

/** Draws a table at the current place, over as many pages as it takes, its column heads on each. */
export function drawTable(
  document: PDFKit.PDFDocument,
  { heading, columns, rows, empty }: ReportTable,
): void {
  if (spaceLeft(document) < headingHeight + 3 * rowHeight) document.addPage();
  setFont(document, 'strong', 12)
    .fillColor(colours.text)
    .text(heading, margin, document.y + 8);
  document.y += 6;
  if (rows.length === 0) {
    setFont(document, 'text', 9).fillColor(colours.quiet).text(empty, margin).moveDown(1.5);
    return;
  }
  const cells = layOut(document, columns);
  const headings = columns.map((column) => column.heading);
  drawHeadings(document, cells, headings);
  for (const [nth, row] of rows.entries()) {
    if (spaceLeft(document) < rowHeight) {
      document.addPage();
      drawHeadings(document, cells, headings);
    }
    if (nth % 2 === 1) shade(document);
    drawRow(document, cells, row, { font: 'text', colour: colours.text });
  }
  document.x = margin;
  document.y += 14;
}

function layOut({ page }: PDFKit.PDFDocument, columns: ReportTable['columns']): Cell[] {
  const shares = columns.reduce((sum, { share }) => sum + share, 0);
  const unit = (page.width - 2 * margin) / shares;
  let left = margin;
  return columns.map(({ share, align }) => {
    const cell: Cell = { left: left + padding, width: share * unit - 2 * padding, align: align ?? 'left' };
    left += share * unit;
    return cell;
  });
}

function drawHeadings(
  document: PDFKit.PDFDocument,
  cells: readonly Cell[],
  headings: readonly string[],
): void {
  drawRow(document, cells, headings, { font: 'strong', colour: colours.quiet });
  const { y, page } = document;
  document
    .moveTo(margin, y)
    .lineTo(page.width - margin, y)
    .lineWidth(0.7)
    .strokeColor(colours.line)
    .stroke();
}

function drawRow(
  document: PDFKit.PDFDocument,
  cells: readonly Cell[],
  texts: readonly string[],
  look: { readonly font: 'text' | 'strong'; readonly colour: string },
): void {
  const top = document.y;
  for (const [nth, { left, width, align }] of cells.entries()) {
    // What stands at the right is a number, or the head of numbers.
    const overflow = align === 'right' ? 'shrink' : 'cut';
    drawLine(document, texts[nth] ?? '', { ...look, size: 8, left, top: top + 4.5, width, align, overflow });
  }
  document.y = top + rowHeight;
}

function shade(document: PDFKit.PDFDocument): void {
  document.rect(margin, document.y, document.page.width - 2 * margin, rowHeight).fill(colours.stripe);
}

function spaceLeft({ page, y }: PDFKit.PDFDocument): number {
  return page.height - margin - footHeight - y;
}
