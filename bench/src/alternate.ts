import type { Contest, Figure, Sample, Target } from './figure.js';
import { median } from './statistics.js';

/** Both sides' samples in the order they were taken. */
export interface Measured {
  readonly platform: readonly Sample[];
  /** As long as `platform`, or empty where there is no bare limit. */
  readonly bare: readonly Sample[];
}

/** What became of a target. */
export interface Verdict {
  readonly target: Target;
  /** The median that the target is about. */
  readonly value: number;
  readonly met: boolean;
}

/** Platform and bare limit in turns: A B A B. `tell` is told of each sample. */
export async function alternate(
  { platform, bare }: Contest,
  rounds: number,
  tell: (side: 'platform' | 'bare', round: number, sample: Sample) => void,
): Promise<Measured> {
  const measured = { platform: [] as Sample[], bare: [] as Sample[] };
  for (let round = 1; round <= rounds; round++) {
    measured.platform.push(await platform());
    tell('platform', round, measured.platform.at(-1)!);
    if (!bare) continue;
    measured.bare.push(await bare());
    tell('bare', round, measured.bare.at(-1)!);
  }
  return measured;
}

/** By round, platform by bare. Empty without a bare limit, or where it does not have this measure. */
export function ratios({ platform, bare }: Measured, measure: string): number[] {
  return bare.flatMap((sample, round) => {
    const limit = sample[measure];
    return limit === undefined ? [] : [platform[round]![measure]! / limit];
  });
}

/** What the targets of a figure make of its samples. */
export function judge({ targets }: Pick<Figure, 'targets'>, measured: Measured): Verdict[] {
  return targets.map((target) => {
    const value = median(
      target.of === 'ratio'
        ? ratios(measured, target.measure)
        : measured.platform.map((sample) => sample[target.measure]!),
    );
    return { target, value, met: 'atLeast' in target ? value >= target.atLeast : value <= target.atMost };
  });
}
