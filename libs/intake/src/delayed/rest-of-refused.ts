/**
 * The time until a refused row is tried again, as an SQL expression: as long as it is late, but 1 s to 30 s. So rows that are
 * refused often cost the others little.
 * @param since an SQL expression: when the row was to be produced
 */
export function restOfRefused(since: string): string {
  return `clock_timestamp() + least(greatest(clock_timestamp() - ${since}, interval '1 second'), interval '30 seconds')`;
}
