import PDFDocument from 'pdfkit';
import type { ReportContent } from '../content/report-content.js';
import { drawDayChart } from './day-chart.js';
import { colours, footHeight, fonts, margin } from './page-style.js';
import { drawTable } from './table.js';

/** A report as a PDF file. */
export interface DrawnReport {
  readonly bytes: Uint8Array;
  readonly pages: number;
}

/** Draws a report on A4. Equal content gives equal bytes: the only time in the file is the content's own. */
export async function drawReport(content: ReportContent): Promise<DrawnReport> {
  const document = new PDFDocument({
    size: 'A4',
    margins: { top: margin, left: margin, right: margin, bottom: margin + footHeight },
    bufferPages: true,
    lang: 'en',
    displayTitle: true,
    font: fonts.text,
    info: {
      Title: `${content.title}: ${plain(content.about)}`,
      Creator: 'Jobstream',
      Producer: 'Jobstream',
      CreationDate: content.until,
    },
  });
  document.registerFont('text', fonts.text).registerFont('strong', fonts.strong);
  const written = collect(document);
  drawHead(document, content);
  drawFigures(document, content);
  drawDayChart(document, content.days);
  for (const table of content.tables) {
    drawTable(document, { ...table, rows: table.rows.map((row) => row.map(plain)) });
  }
  const pages = drawFeet(document, content);
  document.end();
  return { bytes: await written, pages };
}

/** More than fits on any line: measuring what will be cut is waste. */
const mostCharacters = 400;

/** One line without what can't be seen, such as marks that turn the direction of writing. */
function plain(text: string): string {
  return text.slice(0, mostCharacters).replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ');
}

async function collect(document: PDFKit.PDFDocument): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of document as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function drawHead(document: PDFKit.PDFDocument, { title, about, period }: ReportContent): void {
  document.font('strong').fontSize(22).fillColor(colours.text).text(title);
  document
    .font('text')
    .fontSize(11)
    .text(plain(about), { width: widthOf(document), height: 30, ellipsis: true });
  document.fontSize(9).fillColor(colours.quiet).text(period);
  document.moveDown(1.2);
}

function drawFigures(document: PDFKit.PDFDocument, { figures }: ReportContent): void {
  const width = widthOf(document) / figures.length;
  const top = document.y;
  for (const [nth, { label, value }] of figures.entries()) {
    const left = margin + nth * width;
    document
      .font('strong')
      .fontSize(18)
      .fillColor(colours.text)
      .text(value, left, top, { width, lineBreak: false });
    document
      .font('text')
      .fontSize(9)
      .fillColor(colours.quiet)
      .text(label, left, top + 24, { width, lineBreak: false });
  }
  document.x = margin;
  document.y = top + 52;
}

/** Numbers the pages, now that it is known how many there are. */
function drawFeet(document: PDFKit.PDFDocument, { title, period }: ReportContent): number {
  const { start, count } = document.bufferedPageRange();
  for (let page = start; page < start + count; page++) {
    document.switchToPage(page);
    const top = document.page.height - margin - 10;
    // Below the margin any text would begin a new page.
    document.page.margins.bottom = 0;
    document.font('text').fontSize(8).fillColor(colours.quiet);
    document.text(`Jobstream · ${title} · ${period}`, margin, top, { lineBreak: false });
    document.text(`${page + 1} / ${count}`, margin, top, {
      width: widthOf(document),
      align: 'right',
      lineBreak: false,
    });
  }
  return count;
}

function widthOf({ page }: PDFKit.PDFDocument): number {
  return page.width - 2 * margin;
}
