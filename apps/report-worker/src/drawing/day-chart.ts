import type { DayCount } from '@jobstream/projection';
import { countText, dayText } from '../content/wording.js';
import { colours, margin } from './page-style.js';

const height = 130;
const axisWidth = 40;

const parts = [
  { of: 'succeeded', label: 'succeeded', colour: colours.succeeded },
  { of: 'deadLettered', label: 'dead-lettered', colour: colours.deadLettered },
  { of: 'other', label: 'other', colour: colours.other },
] as const;

/** The place of the bars. */
interface Area {
  readonly left: number;
  readonly right: number;
  readonly bottom: number;
}

/** Draws the jobs of each day as stacked bars, at the current place. */
export function drawDayChart(document: PDFKit.PDFDocument, days: readonly DayCount[]): void {
  document
    .font('strong')
    .fontSize(12)
    .fillColor(colours.text)
    .text('Jobs a day, by the day they were created (UTC)', margin);
  drawLegend(document, document.y + 6);
  const area: Area = {
    left: margin + axisWidth,
    right: document.page.width - margin,
    bottom: document.y + 26 + height,
  };
  const totals = days.map(({ succeeded, deadLettered, other }) => succeeded + deadLettered + other);
  const step = stepOf(Math.max(1, ...totals));
  const top = Math.ceil(Math.max(1, ...totals) / step) * step;
  drawGrid(document, area, step, top);
  drawBars(document, area, days, top);
  document.x = margin;
  document.y = area.bottom + 26;
}

/** The distance of grid lines: 1, 2 or 5 times a power of ten, so that there are three to six of them. */
export function stepOf(largest: number): number {
  const power = 10 ** Math.floor(Math.log10(largest / 3));
  const factor = [1, 2, 5, 10].find((each) => largest / (each * power) <= 5) ?? 10;
  return Math.max(1, factor * power);
}

function drawLegend(document: PDFKit.PDFDocument, top: number): void {
  let left = margin + axisWidth;
  document.font('text').fontSize(8);
  for (const { label, colour } of parts) {
    document.rect(left, top + 1, 8, 8).fill(colour);
    document.fillColor(colours.quiet).text(label, left + 12, top, { lineBreak: false });
    left += 12 + document.widthOfString(label) + 18;
  }
  document.y = top;
}

function drawGrid(
  document: PDFKit.PDFDocument,
  { left, right, bottom }: Area,
  step: number,
  top: number,
): void {
  document.font('text').fontSize(7).lineWidth(0.5);
  for (let value = 0; value <= top; value += step) {
    const y = bottom - (value / top) * height;
    document.moveTo(left, y).lineTo(right, y).strokeColor(colours.line).stroke();
    const place = { width: axisWidth - 6, align: 'right', lineBreak: false } as const;
    document.fillColor(colours.quiet).text(countText(value), margin, y - 4, place);
  }
}

function drawBars(
  document: PDFKit.PDFDocument,
  { left, right, bottom }: Area,
  days: readonly DayCount[],
  top: number,
): void {
  const slot = (right - left) / days.length;
  for (const [nth, day] of days.entries()) {
    let y = bottom;
    for (const { of, colour } of parts) {
      const tall = (day[of] / top) * height;
      if (tall > 0) document.rect(left + slot * (nth + 0.15), y - tall, slot * 0.7, tall).fill(colour);
      y -= tall;
    }
    if (nth % 5 === 0) drawDay(document, left + slot * (nth + 0.5), bottom + 5, day);
  }
}

function drawDay(document: PDFKit.PDFDocument, middle: number, top: number, { day }: DayCount): void {
  const place = { width: 40, align: 'center', lineBreak: false } as const;
  document
    .fontSize(7)
    .fillColor(colours.quiet)
    .text(dayText(day), middle - 20, top, place);
}
