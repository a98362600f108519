import PDFDocument from 'pdfkit';
import type { ReportContent } from '../content/report-content.js';
import { drawDayChart } from './day-chart.js';
import { setFont } from './fonts.js';
import { drawLine, plain } from './line.js';
import { colours, footHeight, margin } from './page-style.js';
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
    // None of its own: `setFont` brings them.
    font: '',
    info: {
      Title: `${content.title}: ${plain(content.about)}`,
      Creator: 'Jobstream',
      Producer: 'Jobstream',
      CreationDate: content.until,
    },
  });
  const written = collect(document);
  drawHead(document, content);
  drawFigures(document, content);
  drawDayChart(document, content.days);
  for (const table of content.tables) drawTable(document, table);
  const pages = drawFeet(document, content);
  document.end();
  return { bytes: await written, pages };
}

async function collect(document: PDFKit.PDFDocument): Promise<Uint8Array> {
  const chunks: Buffer[] = [];
  for await (const chunk of document as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks);
}

function drawHead(document: PDFKit.PDFDocument, { title, about, period }: ReportContent): void {
  setFont(document, 'strong', 22).fillColor(colours.text).text(title);
  setFont(document, 'text', 11).text(plain(about), {
    width: contentWidth(document),
    height: 30,
    ellipsis: true,
  });
  document.fontSize(9).fillColor(colours.quiet).text(period);
  document.moveDown(1.2);
}

function drawFigures(document: PDFKit.PDFDocument, { figures }: ReportContent): void {
  const space = contentWidth(document) / figures.length;
  const top = document.y;
  for (const [nth, { label, value }] of figures.entries()) {
    const place = { left: margin + nth * space, width: space - 8, overflow: 'shrink' } as const;
    drawLine(document, value, { ...place, top, font: 'strong', size: 18, colour: colours.text });
    drawLine(document, label, { ...place, top: top + 24, font: 'text', size: 9, colour: colours.quiet });
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
    const line = {
      font: 'text',
      size: 8,
      colour: colours.quiet,
      left: margin,
      top,
      overflow: 'cut',
    } as const;
    const width = contentWidth(document);
    drawLine(document, `Jobstream · ${title} · ${period}`, { ...line, width: width - 60 });
    drawLine(document, `${page + 1} / ${count}`, { ...line, width, align: 'right' });
  }
  return count;
}

function contentWidth({ page }: PDFKit.PDFDocument): number {
  return page.width - 2 * margin;
}
