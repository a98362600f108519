const whole = new Intl.NumberFormat('en-US');
const few = new Intl.NumberFormat('en-US', { maximumFractionDigits: 1 });

/** A count with all its digits: `1,234,567`. */
export function writeCount(count: number): string {
  return whole.format(count);
}

/** A rate a second: `0`, `0.3`, `1,250`. */
export function writeRate(perSecond: number): string {
  return perSecond < 100 ? few.format(perSecond) : whole.format(Math.round(perSecond));
}

/** A count that may not be known now. */
export function writeKnownCount(count: number | null): string {
  return count === null ? 'not known' : writeCount(count);
}

/** How many there are for each reason: `already replayed: 2, parked: 1`; empty for none. */
export function writeReasons(counts: Readonly<Record<string, number>>): string {
  return Object.entries(counts)
    .map(([reason, count]) => `${reason.replaceAll('_', ' ')}: ${count}`)
    .join(', ');
}

/** A count and what is counted: `1 job`, `2 jobs`. */
export function countOf(count: number, thing: string): string {
  return `${writeCount(count)} ${thing}${count === 1 ? '' : 's'}`;
}
