/** What a chart of counts over time draws and says. */
export interface ChartLine {
  readonly total: number;
  /** The most in one part of time. */
  readonly most: number;
  /** The first part that has the most; -1 where all are 0. */
  readonly mostAt: number;
  /** The outline of the area below the counts, as a path of SVG; empty where there is nothing to draw. */
  readonly path: string;
}

/**
 * Draws counts of equal parts of time as steps, the oldest to the left.
 * @param width of the drawing, as the height in its own units
 */
export function drawLine(counts: readonly number[], width: number, height: number): ChartLine {
  const total = counts.reduce((sum, count) => sum + count, 0);
  const most = counts.reduce((a, b) => Math.max(a, b), 0);
  if (most === 0) return { total, most, mostAt: -1, path: '' };
  const step = width / counts.length;
  const round = (value: number) => Math.round(value * 100) / 100;
  const steps = counts.map((count, at) => {
    const y = round(height - (count / most) * height);
    return `V${y}H${round((at + 1) * step)}`;
  });
  return { total, most, mostAt: counts.indexOf(most), path: `M0 ${height}${steps.join('')}V${height}Z` };
}
