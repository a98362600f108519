/**
 * For how long a row rests that was refused: as long as it is late, from 1 s to 30 s. So what is refused often costs the
 * others little, and what passes again does so soon.
 * @param since an SQL expression: when it was to be produced
 */
export function restOfRefused(since: string): string {
  return `clock_timestamp() + least(greatest(clock_timestamp() - ${since}, interval '1 second'), interval '30 seconds')`;
}
