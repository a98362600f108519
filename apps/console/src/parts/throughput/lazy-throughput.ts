import { lazyPage } from '../../frame/lazy-page.js';
import type { ThroughputProps } from './throughput.js';

/** The charts of the throughput, whose script is loaded when they are shown first. */
export const LazyThroughput = lazyPage<ThroughputProps>(() =>
  import('./throughput.js').then(({ Throughput }) => Throughput),
);
