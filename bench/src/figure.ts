import type { BenchOptions } from './options.js';
import type { PeerName } from './peers/peer-names.js';
import type { Stand } from './stand.js';

/**
 * What one measurement found: values by what they are and their unit, e.g. `jobs/s`. A measure that ends with ` of <process>` is the
 * part of one process.
 */
export type Sample = Readonly<Record<string, number>>;

/**
 * Whom the platform is measured against. `bare`: the same loop without the platform, its limit. A peer does the same work. `unwatched`: the
 * platform itself, while nobody watches it.
 */
export type Rival = 'bare' | 'unwatched' | PeerName;

/** What a figure should reach. Of a rival: platform by that rival; `value`: the platform's own. */
export type Target = { readonly of: Rival | 'value'; readonly measure: string } & (
  { readonly atLeast: number } | { readonly atMost: number }
);

/** Something that is measured. */
export interface Figure {
  /** As `--only` takes it. */
  readonly name: string;
  /** For people. */
  readonly title: string;
  readonly targets: readonly Target[];
  /** Starts what the platform and its bare limit need; measurements follow. */
  prepare(stand: Stand, options: BenchOptions): Promise<Contest>;
}

/** What is measured in turns, ready to be. */
export interface Contest {
  platform(): Promise<Sample>;
  /** Those that there are. */
  readonly rivals: Readonly<Partial<Record<Rival, () => Promise<Sample>>>>;
  close(): Promise<void>;
}
