import type { Failure, Measured, Side, Verdict } from './alternate.js';
import type { Target } from './figure.js';
import type { PeerDescription } from './peers/peer.js';

/** A figure and what was found. */
export interface Result {
  readonly figure: string;
  readonly title: string;
  readonly targets: readonly Target[];
  readonly measured: Measured;
  readonly verdicts: readonly Verdict[];
  /** What could not be measured, and why. */
  readonly failures: readonly Failure[];
}

/** What a run found, and what one must know to read it: a number means little without it. As `bench/results/*.json` holds it. */
export interface Report {
  /** When it began. */
  readonly at: string;
  /** What was typed. */
  readonly command: string;
  /** Of the repository; with a plus where files had been changed. */
  readonly commit: string;
  readonly machine: Machine;
  readonly rounds: number;
  readonly sides: Readonly<Partial<Record<Side, PeerDescription>>>;
  readonly results: readonly Result[];
}

/** Where it ran. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
}

/** The sides of a result, the platform first. */
export function sidesOf({ measured }: Pick<Result, 'measured'>): Side[] {
  return (Object.keys(measured) as Side[]).filter((side) => measured[side]!.length > 0);
}

/** The measures of a result in the order in which its sides have them. */
export function measuresOf({ measured }: Pick<Result, 'measured'>): string[] {
  return [
    ...new Set(
      Object.values(measured).flatMap((samples) => samples.flatMap((sample) => Object.keys(sample))),
    ),
  ];
}

/** What one side found of a measure, by round. */
export function valuesOf({ measured }: Pick<Result, 'measured'>, side: Side, measure: string): number[] {
  return (measured[side] ?? []).flatMap((sample) => sample[measure] ?? []);
}
