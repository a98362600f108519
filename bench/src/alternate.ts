import type { Contest, Figure, Rival, Sample, Target } from './figure.js';
import { median } from './statistics.js';
import { withinMinutes } from './time-limit.js';

/** A measurement that takes so long has failed: a process that it asked may be gone. */
const limitMinutes = 10;

/** Who is measured. */
export type Side = 'platform' | Rival;

/** The samples of each side in the order they were taken. A side that failed has fewer. */
export type Measured = Readonly<Partial<Record<Side, readonly Sample[]>>> & {
  readonly platform: readonly Sample[];
};

/** What one side could not do. */
export interface Failure {
  readonly side: Side;
  readonly message: string;
}

/** What became of a target. */
export interface Verdict {
  readonly target: Target;
  /** The median that the target is about. */
  readonly value: number;
  readonly met: boolean;
}

/** What all sides did. */
export interface Found {
  readonly measured: Measured;
  readonly failures: readonly Failure[];
}

/** All sides in turns: A B C A B C. One that fails is left out from then on. `tell` is told of each sample. */
export async function alternate(
  { platform, rivals }: Pick<Contest, 'platform' | 'rivals'>,
  rounds: number,
  tell: (side: Side, round: number, outcome: Sample | Error) => void,
): Promise<Found> {
  const sides = Object.entries({ platform, ...rivals }) as [Side, () => Promise<Sample>][];
  const measured: Record<string, Sample[]> = Object.fromEntries(sides.map(([side]) => [side, []]));
  const failures: Failure[] = [];
  for (let round = 1; round <= rounds; round++)
    for (const [side, measure] of sides) {
      if (failures.some((failure) => failure.side === side)) continue;
      const outcome = await withinMinutes(limitMinutes, 'It', measure).catch(
        (error: unknown) => error as Error,
      );
      if (outcome instanceof Error) failures.push({ side, message: outcome.message });
      else measured[side]!.push(outcome);
      tell(side, round, outcome);
    }
  return { measured: measured as Measured & Record<string, Sample[]>, failures };
}

/** By round, platform by rival. Empty where the rival was not measured, or one of them does not have this measure. */
export function ratios({ platform, ...rivals }: Measured, rival: Rival, measure: string): number[] {
  return (rivals[rival] ?? []).flatMap((sample, round) => {
    const [own, other] = [platform[round]?.[measure], sample[measure]];
    return own === undefined || other === undefined ? [] : [own / other];
  });
}

/** What the targets of a figure make of its samples; those against a rival that was not measured are left out. */
export function judge({ targets }: Pick<Figure, 'targets'>, measured: Measured): Verdict[] {
  return targets.flatMap((target) => {
    const values =
      target.of === 'value'
        ? measured.platform.flatMap((sample) => sample[target.measure] ?? [])
        : ratios(measured, target.of, target.measure);
    if (values.length === 0) return [];
    const value = median(values);
    return [{ target, value, met: 'atLeast' in target ? value >= target.atLeast : value <= target.atMost }];
  });
}
