const seconds = /^\d{1,9}$/;
/** The one form of a date that a server may write. `Date.parse` alone would take "-1" and "1.5" for dates. */
const imfFixdate =
  /^(Mon|Tue|Wed|Thu|Fri|Sat|Sun), \d{2} (Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec) \d{4} \d{2}:\d{2}:\d{2} GMT$/;

/**
 * The milliseconds that a `Retry-After` header asks for: seconds, or a date (RFC 9110, section 10.2.3); 0 for a date that is past.
 * Undefined for anything else. The server asks for a minimum: whoever has a pause of their own takes the longer one.
 * @param now milliseconds since 1970
 */
export function readRetryAfter(header: string, now: number): number | undefined {
  if (seconds.test(header)) return Number(header) * 1_000;
  const date = imfFixdate.test(header) ? Date.parse(header) : Number.NaN;
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}
