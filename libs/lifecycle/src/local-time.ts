import { ZoneClock } from './zone-clock.js';

const minute = 60_000;

/**
 * Writes an instant (milliseconds since 1970) as a clock shows it, with its distance from UTC: `2027-03-28T03:00:00+02:00`.
 * @throws RangeError for an unknown zone
 */
export function writeLocalTime(instant: number, timeZone: string): string {
  const offset = new ZoneClock(timeZone).offsetAt(instant);
  const [hours, minutes] = [Math.floor(Math.abs(offset) / 60 / minute), (Math.abs(offset) / minute) % 60];
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${new Date(instant + offset).toISOString().slice(0, 19)}${offset < 0 ? '-' : '+'}${two(hours)}:${two(minutes)}`;
}
