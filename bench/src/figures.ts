import type { Figure } from './figure.js';
import { accept } from './figures/accept.js';
import { bulkIntake, bulkRest } from './figures/bulk.js';
import { console } from './figures/console.js';
import { consoles } from './figures/consoles.js';
import { drain } from './figures/drain.js';
import { endpoints } from './figures/endpoints.js';
import { flow } from './figures/flow.js';
import { grow } from './figures/grow.js';
import { idle } from './figures/idle.js';
import { images } from './figures/images.js';
import { latency } from './figures/latency.js';
import { memory } from './figures/memory.js';
import { onePartition } from './figures/one-partition.js';
import { get, list } from './figures/reads.js';
import { rebuild } from './figures/rebuild.js';
import { scale } from './figures/scale.js';
import { start } from './figures/start.js';

/** Everything that is measured, in the order in which it is. */
export const figures: readonly Figure[] = [
  drain,
  accept,
  flow,
  get,
  list,
  bulkRest,
  bulkIntake,
  latency,
  onePartition,
  endpoints,
  images,
  rebuild,
  memory,
  scale,
  idle,
  start,
  grow,
  console,
  consoles,
];
