import type { Contest, Figure, Rival, Sample, Target } from './figure.js';
import { median } from './statistics.js';

/** Who is measured. */
export type Side = 'platform' | Rival;

/** The samples of each side in the order they were taken: as many of each. */
export type Measured = Readonly<Partial<Record<Side, readonly Sample[]>>> & {
  readonly platform: readonly Sample[];
};

/** What became of a target. */
export interface Verdict {
  readonly target: Target;
  /** The median that the target is about. */
  readonly value: number;
  readonly met: boolean;
}

/** All sides in turns: A B C A B C. `tell` is told of each sample. */
export async function alternate(
  { platform, rivals }: Contest,
  rounds: number,
  tell: (side: Side, round: number, sample: Sample) => void,
): Promise<Measured> {
  const sides = Object.entries({ platform, ...rivals }) as [Side, () => Promise<Sample>][];
  const measured: Record<string, Sample[]> = Object.fromEntries(sides.map(([side]) => [side, []]));
  for (let round = 1; round <= rounds; round++)
    for (const [side, measure] of sides) {
      const sample = await measure();
      measured[side]!.push(sample);
      tell(side, round, sample);
    }
  return measured as Measured & Record<string, Sample[]>;
}

/** By round, platform by rival. Empty where the rival was not measured, or does not have this measure. */
export function ratios(measured: Measured, rival: Rival, measure: string): number[] {
  return (measured[rival] ?? []).flatMap((sample, round) => {
    const other = sample[measure];
    return other === undefined ? [] : [measured.platform[round]![measure]! / other];
  });
}

/** What the targets of a figure make of its samples; those against a rival that was not measured are left out. */
export function judge({ targets }: Pick<Figure, 'targets'>, measured: Measured): Verdict[] {
  return targets.flatMap((target) => {
    const values =
      target.of === 'value'
        ? measured.platform.map((sample) => sample[target.measure]!)
        : ratios(measured, target.of, target.measure);
    if (values.length === 0) return [];
    const value = median(values);
    return [{ target, value, met: 'atLeast' in target ? value >= target.atLeast : value <= target.atMost }];
  });
}
