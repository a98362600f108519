import type { VNode } from 'preact';
import { countOf, writeCount } from '../../numbers/count.js';

const width = 120;
const height = 24;

/** Failures in each of the last 24 hours: the newest to the right. */
export function Trend({ of: counts }: { readonly of: readonly number[] }): VNode {
  const most = Math.max(...counts, 1);
  const all = counts.reduce((sum, count) => sum + count, 0);
  const step = width / counts.length;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`${countOf(all, 'failure')} in the last 24 hours, at most ${writeCount(most)} in one`}
    >
      {counts.map((count, at) => {
        const tall = count === 0 ? 1 : Math.max((count / most) * height, 3);
        return <rect key={at} x={at * step} y={height - tall} width={step - 1} height={tall} />;
      })}
    </svg>
  );
}
