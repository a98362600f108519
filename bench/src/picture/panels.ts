import { ratios, type Side } from '../alternate.js';
import type { Target } from '../figure.js';
import { readMeasureName } from '../measure-name.js';
import { measuresOf, sidesOf, valuesOf, type Report, type Result } from '../report.js';
import { median } from '../statistics.js';

/** One bar. */
export interface Bar {
  /** A side, or a process of the platform. */
  readonly label: string;
  readonly side: Side;
  readonly median: number;
  readonly lowest: number;
  readonly highest: number;
  /** The platform by this side; undefined for the platform itself, and where one of them is 0. */
  readonly ratio: number | undefined;
  /** The bar by process, where it is a sum. */
  readonly parts: readonly Part[];
}

/** What one process adds to a bar. */
export interface Part {
  readonly process: string;
  readonly value: number;
}

/** Bars of one measure, which share a scale. */
export interface Panel {
  readonly figure: string;
  readonly measure: string;
  readonly better: 'more' | 'less';
  readonly bars: readonly Bar[];
  /** What the platform should reach. */
  readonly goal: number | undefined;
}

/** What is drawn of a report: of each figure the measures that it has targets for, and what it has by process. */
export function panelsOf({ results }: Pick<Report, 'results'>): Panel[] {
  return results.flatMap((result) =>
    drawnMeasures(result).map((measure) => ({
      figure: result.figure,
      measure,
      better: isBetterAtMore(result, measure) ? ('more' as const) : ('less' as const),
      bars: barsOf(result, measure),
      goal: goalOf(result, measure),
    })),
  );
}

function drawnMeasures(result: Result): string[] {
  const names = measuresOf(result);
  const [whole, partial] = [new Set<string>(), new Set<string>()];
  for (const { what, process } of names.map(readMeasureName))
    (process === undefined ? whole : partial).add(what);
  const wanted = new Set([...result.targets.map(({ measure }) => measure), ...partial]);
  const drawn = [...new Set([...whole, ...partial])].filter((what) => wanted.has(what));
  return drawn.length > 0 ? drawn : [...whole];
}

function barsOf(result: Result, measure: string): Bar[] {
  const total = sidesOf(result).flatMap((side) => barOf(result, side, side, measure));
  if (total.length > 0) return total;
  return partsOf(result, 'platform', measure).flatMap(({ process }) =>
    barOf(result, 'platform', process, `${measure} of ${process}`),
  );
}

function barOf(result: Result, side: Side, label: string, measure: string): Bar[] {
  const values = valuesOf(result, side, measure);
  if (values.length === 0) return [];
  const byRival = side === 'platform' ? [] : ratios(result.measured, side, measure).filter(Number.isFinite);
  return [
    {
      label,
      side,
      median: median(values),
      lowest: Math.min(...values),
      highest: Math.max(...values),
      ratio: byRival.length > 0 ? median(byRival) : undefined,
      parts: label === side ? partsOf(result, side, measure) : [],
    },
  ];
}

function partsOf(result: Result, side: Side, measure: string): Part[] {
  return measuresOf(result).flatMap((name) => {
    const { what, process } = readMeasureName(name);
    const values = valuesOf(result, side, name);
    return what === measure && process !== undefined && values.length > 0
      ? [{ process, value: median(values) }]
      : [];
  });
}

function targetsOf({ targets }: Result, measure: string): Target[] {
  return targets.filter((target) => target.measure === measure);
}

function isBetterAtMore(result: Result, measure: string): boolean {
  const [target] = targetsOf(result, measure);
  return target ? 'atLeast' in target : measure.endsWith('/s');
}

/** The hardest of the targets that this run can tell of. */
function goalOf(result: Result, measure: string): number | undefined {
  const goals = targetsOf(result, measure).flatMap((target) => {
    const bound = 'atLeast' in target ? target.atLeast : target.atMost;
    if (target.of === 'value') return [bound];
    const values = valuesOf(result, target.of, measure);
    return values.length > 0 ? [bound * median(values)] : [];
  });
  if (goals.length === 0) return undefined;
  return isBetterAtMore(result, measure) ? Math.max(...goals) : Math.min(...goals);
}
