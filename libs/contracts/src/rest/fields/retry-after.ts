/**
 * The milliseconds that a `Retry-After` header asks for: seconds, or a date (RFC 9110, section 10.2.3). Undefined for anything else.
 * @param now milliseconds since 1970
 */
export function readRetryAfter(header: string, now: number): number | undefined {
  if (/^\d{1,9}$/.test(header)) return Number(header) * 1_000;
  const date = Date.parse(header);
  return Number.isNaN(date) ? undefined : Math.max(date - now, 0);
}
