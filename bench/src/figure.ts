import type { BenchOptions } from './options.js';
import type { Stand } from './stand.js';

/** What one measurement found: values by what they are and their unit, e.g. `jobs/s`. */
export type Sample = Readonly<Record<string, number>>;

/** What a figure should reach. `ratio`: platform by bare; `value`: the platform's own. */
export type Target = { readonly of: 'ratio' | 'value'; readonly measure: string } & (
  { readonly atLeast: number } | { readonly atMost: number }
);

/** Something that is measured. */
export interface Figure {
  /** As `--only` takes it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly targets: readonly Target[];
  /** Starts what both sides need; measurements follow. */
  prepare(stand: Stand, options: BenchOptions): Promise<Contest>;
}

/** A platform and its bare limit, ready to be measured in turns. */
export interface Contest {
  platform(): Promise<Sample>;
  /** The same loop without the platform; absent where there is nothing to compare with. */
  bare?(): Promise<Sample>;
  close(): Promise<void>;
}
