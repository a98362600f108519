import { parseDuration } from '@jobstream/contracts';

/**
 * Reads a time as people write it: how long ago (`15m`, `2h`, `7d`), or a date and time, in UTC where it names no zone.
 * @param now milliseconds since 1970
 * @returns milliseconds since 1970; undefined for what is no time
 */
export function readTypedTime(text: string, now: number): number | undefined {
  if (/^\d{1,6}(ms|s|m|h|d)$/.test(text)) return now - parseDuration(text);
  const hasZone = /(Z|[+-]\d\d:?\d\d)$/.test(text);
  const ms = Date.parse(hasZone || !text.includes('T') ? text : `${text}Z`);
  return Number.isNaN(ms) ? undefined : ms;
}
