import type { VNode } from 'preact';
import { writeRate } from '../../numbers/count.js';
import type { QueueSample } from '../../server/queue-samples.js';
import { ratesOf } from './verdict.js';

const width = 120;
const height = 24;
const bars = 30;

/** What was done a second, over the time that the console has watched: the newest to the right. */
export function Spark({ samples }: { readonly samples: readonly QueueSample[] }): VNode | null {
  const rates = doneOverTime(samples);
  if (rates.length < 2) return null;
  const most = Math.max(...rates, 1e-9);
  const step = width / bars;
  return (
    <svg
      class="spark"
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={`Done a second: now ${writeRate(rates.at(-1)!)}, at most ${writeRate(most)}`}
    >
      {rates.map((rate, at) => {
        const tall = Math.max((rate / most) * height, 1);
        const x = width - (rates.length - at) * step;
        return <rect key={at} x={x} y={height - tall} width={step - 1} height={tall} />;
      })}
    </svg>
  );
}

/** The samples in at most {@link bars} equal parts, each as a rate. */
function doneOverTime(samples: readonly QueueSample[]): number[] {
  const size = Math.max(Math.ceil((samples.length - 1) / bars), 1);
  const rates: number[] = [];
  for (let end = samples.length - 1; end > 0 && rates.length < bars; end -= size)
    rates.unshift(ratesOf(samples.slice(Math.max(end - size, 0), end + 1))?.done ?? 0);
  return rates;
}
