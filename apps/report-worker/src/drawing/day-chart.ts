import type { DayCount } from '@jobstream/projection';
import { countText, dayText } from '../content/wording.js';
import { setFont } from './fonts.js';
import { drawLine, widthOf } from './line.js';
import { colours, margin } from './page-style.js';

const height = 130;
/** The numbers at the axis, and what is kept free between them and the bars. */
const axisStyle = { font: 'text', size: 7 } as const;
const axisGap = 6;
const minAxisWidth = 40;

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
  setFont(document, 'strong', 12)
    .fillColor(colours.text)
    .text('Jobs a day, by the day they were created (UTC)', margin);
  const totals = days.map(({ succeeded, deadLettered, other }) => succeeded + deadLettered + other);
  const step = stepOf(Math.max(1, ...totals));
  const top = Math.ceil(Math.max(1, ...totals) / step) * step;
  const left = margin + Math.max(minAxisWidth, widthOf(document, countText(top), axisStyle) + axisGap);
  drawLegend(document, left, document.y + 6);
  const area: Area = {
    left,
    right: document.page.width - margin,
    bottom: document.y + 26 + height,
  };
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

function drawLegend(document: PDFKit.PDFDocument, start: number, top: number): void {
  const style = { font: 'text', size: 8 } as const;
  let left = start;
  for (const { label, colour } of parts) {
    const width = widthOf(document, label, style);
    document.rect(left, top + 1, 8, 8).fill(colour);
    drawLine(document, label, {
      ...style,
      colour: colours.quiet,
      left: left + 12,
      top,
      width,
      overflow: 'shrink',
    });
    left += 12 + width + 18;
  }
  document.y = top;
}

function drawGrid(
  document: PDFKit.PDFDocument,
  { left, right, bottom }: Area,
  step: number,
  top: number,
): void {
  document.lineWidth(0.5);
  for (let value = 0; value <= top; value += step) {
    const y = bottom - (value / top) * height;
    document.moveTo(left, y).lineTo(right, y).strokeColor(colours.line).stroke();
    drawLine(document, countText(value), {
      ...axisStyle,
      colour: colours.quiet,
      left: margin,
      top: y - 4,
      width: left - axisGap - margin,
      align: 'right',
      overflow: 'shrink',
    });
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
  const place = { left: middle - 20, top, width: 40, align: 'center', overflow: 'shrink' } as const;
  drawLine(document, dayText(day), { ...axisStyle, ...place, colour: colours.quiet });
}
