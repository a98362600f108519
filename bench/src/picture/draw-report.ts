import type { Side } from '../alternate.js';
import { formatNumber } from '../report-text.js';
import type { Report } from '../report.js';
import { panelsOf, type Bar, type Panel } from './panels.js';
import { element, words, type Element } from './svg.js';

const margin = 24;
const gap = 28;
const columnWidth = 496;
const labelWidth = 128;
const valueWidth = 130;
const scaleWidth = columnWidth - labelWidth - valueWidth;
const rowHeight = 18;
const barHeight = 11;
const headHeight = 24;
const legendHeight = 15;
const keysInRow = 4;
const lineHeight = 15;
const width = 2 * margin + 2 * columnWidth + gap;
/** Letters of a small line over the whole width, with room to spare. */
const lettersInLine = 165;

const ink = { text: '#1f2937', faint: '#6b7280', line: '#d1d5db', goal: '#dc2626' };
const colours: Readonly<Record<Side, string>> = {
  platform: '#2563eb',
  bare: '#9ca3af',
  unwatched: '#9ca3af',
  bullmq: '#d97706',
  'bullmq-always': '#fbbf24',
  celery: '#16a34a',
  'pg-boss': '#9333ea',
  graphile: '#db2777',
};
const partColours = ['#2563eb', '#0ea5e9', '#14b8a6', '#a3a3a3', '#f59e0b', '#8b5cf6', '#ec4899', '#84cc16'];

/** Something that takes room below what came before it. */
interface Block {
  readonly height: number;
  draw(x: number, y: number): readonly Element[];
}

/** Draws a report as one picture in SVG: a panel a measure, and below them what one must know to read it. */
export function drawReport(report: Report): string {
  const panels = panelsOf(report).map(panelBlock);
  const columns = share(panels);
  const head = 54;
  const foot = footLines(report);
  const bottom = head + Math.max(...columns.map(heightOf), 0);
  const height = bottom + foot.length * lineHeight + margin;
  const drawn = columns.flatMap((blocks, index) =>
    drawBlocks(blocks, margin + index * (columnWidth + gap), head),
  );
  const { markup } = element(
    'svg',
    {
      xmlns: 'http://www.w3.org/2000/svg',
      width,
      height,
      viewBox: `0 0 ${width} ${height}`,
      'font-family': 'system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif',
      'font-size': 12,
      role: 'img',
    },
    element('title', {}, words('Jobstream beside its bare limits and its peers')),
    element('rect', { width, height, fill: '#ffffff' }),
    text(margin, 30, 'Jobstream beside its bare limits and its peers', {
      'font-size': 18,
      'font-weight': 600,
    }),
    ...drawn,
    ...foot.map((line, index) =>
      text(margin, bottom + (index + 0.5) * lineHeight, line, { fill: ink.faint, 'font-size': 11 }),
    ),
  );
  return `${markup}\n`;
}

/** Two columns in the order of the panels, cut where the higher one is lowest. */
function share(blocks: readonly Block[]): [Block[], Block[]] {
  const cuts = blocks.map((_, index): [Block[], Block[]] => [
    blocks.slice(0, index + 1),
    blocks.slice(index + 1),
  ]);
  const higher = (columns: readonly Block[][]) => Math.max(...columns.map(heightOf));
  return cuts.reduce((best, cut) => (higher(cut) < higher(best) ? cut : best), [[...blocks], []]);
}

function heightOf(blocks: readonly Block[]): number {
  return blocks.reduce((total, { height }) => total + height, 0);
}

function drawBlocks(blocks: readonly Block[], x: number, top: number): Element[] {
  let y = top;
  return blocks.flatMap((block) => {
    const drawn = block.draw(x, y);
    y += block.height;
    return [...drawn];
  });
}

function panelBlock(panel: Panel): Block {
  const processes = [...new Set(panel.bars.flatMap(({ parts }) => parts.map(({ process }) => process)))];
  const legend = processes.length > 0 ? legendHeight * Math.ceil(processes.length / keysInRow) : 0;
  const rows = panel.bars.length * rowHeight;
  const most = Math.max(panel.goal ?? 0, ...panel.bars.map(({ highest }) => highest)) || 1;
  const scale = (value: number) => (value / most) * scaleWidth;
  return {
    height: headHeight + rows + legend + 16,
    draw: (x, y) => [
      text(x, y + 14, panel.figure, { 'font-weight': 600 }),
      text(x + labelWidth, y + 14, `${panel.measure}, ${panel.better} is better`, { fill: ink.faint }),
      ...panel.bars.flatMap((bar, row) =>
        drawBar(bar, { x, y: y + headHeight + row * rowHeight, scale, processes }),
      ),
      ...(panel.goal === undefined ? [] : [drawGoal(x + labelWidth + scale(panel.goal), y + headHeight - 3)]),
      ...processes.flatMap((process, index) => drawKey(process, index, x, y + headHeight + rows)),
    ],
  };
}

interface BarPlace {
  readonly x: number;
  readonly y: number;
  readonly scale: (value: number) => number;
  readonly processes: readonly string[];
}

function drawBar(bar: Bar, { x, y, scale, processes }: BarPlace): Element[] {
  const left = x + labelWidth;
  const middle = y + barHeight / 2;
  let reached = left;
  const rectangles =
    bar.parts.length === 0
      ? [rectangle(left, y, scale(bar.median), colours[bar.side])]
      : bar.parts.map(({ process, value }) => {
          const part = rectangle(reached, y, scale(value), partColour(processes.indexOf(process)));
          reached += scale(value);
          return part;
        });
  const [from, to] = [left + scale(bar.lowest), left + scale(bar.highest)];
  const ratio = bar.ratio === undefined ? '' : `  (ours ${bar.ratio.toFixed(2)} ×)`;
  return [
    text(left - 8, middle + 4, bar.label, { 'text-anchor': 'end' }),
    ...rectangles,
    ...(to - from < 1
      ? []
      : [line(from, middle, to, middle, ink.text), ...[from, to].map((at) => tick(at, middle))]),
    text(Math.max(to, left + scale(bar.median)) + 6, middle + 4, `${formatNumber(bar.median)}${ratio}`, {
      'font-size': 11,
    }),
  ];
}

/** On the first bar, which is the platform's. */
function drawGoal(x: number, y: number): Element {
  return element('line', { x1: x, y1: y, x2: x, y2: y + rowHeight, stroke: ink.goal, 'stroke-width': 2 });
}

function drawKey(process: string, index: number, x: number, y: number): Element[] {
  const left = x + (index % keysInRow) * (columnWidth / keysInRow);
  const top = y + Math.floor(index / keysInRow) * legendHeight;
  return [
    element('rect', { x: left, y: top + 1, width: 8, height: 8, fill: partColour(index) }),
    text(left + 12, top + 9, process, { fill: ink.faint, 'font-size': 10 }),
  ];
}

function footLines({ at, commit, machine, rounds, sides, command }: Report): string[] {
  const who = Object.entries(sides).map(
    ([side, { versions, durability, setup }]) =>
      `${side}: ${[versions.join(', '), durability, setup].filter((each) => each !== '').join('; ')}.`,
  );
  return [
    `Medians of ${rounds} rounds in turns; lines from the lowest to the highest; red: the target. ` +
      `Ratios: the median of neighbours.`,
    `${command}   (${at.slice(0, 10)}, commit ${commit}; ${machine.cores} × ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}; ` +
      'broker, database, services and load on one machine)',
    ...who,
  ].flatMap(wrap);
}

function wrap(text: string): string[] {
  const lines = [''];
  for (const word of text.split(' ')) {
    if (`${lines.at(-1)!} ${word}`.length > lettersInLine) lines.push(`   ${word}`);
    else lines.push(`${lines.pop()!} ${word}`.replace(/^ (?=\S)/, ''));
  }
  return lines;
}

const partColour = (index: number): string => partColours[index % partColours.length]!;

function text(
  x: number,
  y: number,
  content: string,
  more: Readonly<Record<string, string | number>> = {},
): Element {
  return element('text', { x, y, fill: ink.text, 'xml:space': 'preserve', ...more }, words(content));
}

function rectangle(x: number, y: number, breadth: number, fill: string): Element {
  return element('rect', { x, y, width: Math.max(0, breadth), height: barHeight, fill });
}

function line(x1: number, y1: number, x2: number, y2: number, stroke: string): Element {
  return element('line', { x1, y1, x2, y2, stroke });
}

function tick(x: number, middle: number): Element {
  return line(x, middle - 3, x, middle + 3, ink.text);
}
