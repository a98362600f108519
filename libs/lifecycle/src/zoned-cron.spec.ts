import { describe, expect, it } from '@jest/globals';
import { ZonedCron } from './zoned-cron.js';

const minute = 60_000;
const hour = 60 * minute;
const week = 7 * 24 * hour;
const from = Date.UTC(2010, 0);
const to = Date.UTC(2030, 0);

/** A moment at which the clocks of some zones are moved. */
interface Change {
  readonly zone: string;
  readonly at: number;
  /** What the clocks show a minute before, and at the moment. Milliseconds since 1970 of a clock in UTC that shows the same. */
  readonly before: number;
  readonly after: number;
}

const clocks = new Map<string, (instant: number) => number>();

/** A zone's clock, by the minute, as the platform writes it in Swedish: 2027-03-27 22:59. */
function clockOf(zone: string): (instant: number) => number {
  const known = clocks.get(zone);
  if (known) return known;
  const format = new Intl.DateTimeFormat('sv-SE', {
    timeZone: zone,
    year: 'numeric',
    month: '2-digit',
    day: '2-digit',
    hour: '2-digit',
    minute: '2-digit',
  });
  const clock = (instant: number) => Date.parse(`${format.format(instant).replace(' ', 'T')}Z`);
  clocks.set(zone, clock);
  return clock;
}

/** Every change in twenty years of every zone. Of zones that do the same one stands for all. */
function everyChange(): Change[] {
  const changes = new Map<string, Change>();
  for (const zone of Intl.supportedValuesOf('timeZone')) {
    const clock = clockOf(zone);
    const offset = (instant: number) => clock(instant) - instant;
    let now = offset(from);
    for (let start = from; start < to; start += week) {
      let [unmoved, moved] = [start, start + week];
      const [before, after] = [now, offset(moved)];
      now = after;
      if (before === after) continue;
      while (moved - unmoved > minute) {
        const middle = unmoved + Math.floor((moved - unmoved) / 2 / minute) * minute;
        if (offset(middle) === before) unmoved = middle;
        else moved = middle;
      }
      const change = { zone, at: moved, before: clock(unmoved), after: clock(moved) };
      changes.set(`${moved} ${change.before} ${change.after}`, change);
    }
  }
  return [...changes.values()];
}

type Field = readonly number[] | '*' | '*/30';

/** Minutes, hours and, if it is of one day only, the date of a time. */
interface Expression {
  readonly minutes: Field;
  readonly hours: Field;
  readonly of?: number;
}

const textOf = ({ minutes, hours, of }: Expression) => {
  const date = of === undefined ? undefined : new Date(of);
  const day = date ? `${date.getUTCDate()} ${date.getUTCMonth() + 1}` : '* *';
  return `${String(minutes)} ${String(hours)} ${day} *`;
};

function names({ minutes, hours, of }: Expression, shown: number): boolean {
  const isIn = (field: Field, value: number) =>
    typeof field === 'string' ? field === '*' || value % 30 === 0 : field.includes(value);
  const date = new Date(shown);
  if (!isIn(minutes, date.getUTCMinutes()) || !isIn(hours, date.getUTCHours())) return false;
  if (of === undefined) return true;
  const day = new Date(of);
  return date.getUTCDate() === day.getUTCDate() && date.getUTCMonth() === day.getUTCMonth();
}

/** What an expression means, by walking minute for minute: `shown` is what the clock shows at each from `start` on. */
function walk(expression: Expression, shown: readonly number[], start: number): number[] {
  const isByNumbers = typeof expression.minutes !== 'string' && typeof expression.hours !== 'string';
  let latest = shown[0]!;
  return shown.flatMap((time, index) => {
    let fires = false;
    if (isByNumbers) for (; latest < time; latest += minute) fires ||= names(expression, latest + minute);
    else fires = index > 0 && names(expression, time);
    return fires ? [start + index * minute] : [];
  });
}

function ask({ zone }: Change, expression: Expression, start: number, end: number) {
  const cron = new ZonedCron(textOf(expression), zone);
  const forwards: number[] = [];
  for (let next = cron.next(start); next !== undefined && next <= end; next = cron.next(next))
    forwards.push(next);
  const backwards: number[] = [];
  for (let last = cron.previous(end); last !== undefined && last > start; last = cron.previous(last - 1))
    backwards.unshift(last);
  return { forwards, backwards };
}

/** Expressions that name times around a change: what is left out or comes again, its edges, and what passes by. */
function expressionsAround({ before, after }: Change): Expression[] {
  const left = Math.min(before + minute, after);
  const right = Math.max(before + minute, after);
  const middle = left + Math.floor((right - left) / 2 / minute) * minute;
  const [m, h] = [
    (time: number) => new Date(time).getUTCMinutes(),
    (time: number) => new Date(time).getUTCHours(),
  ];
  return [
    ...[left, middle, right - minute].map((time) => ({ minutes: [m(time)], hours: [h(time)] })),
    { minutes: [m(middle)], hours: [h(middle)], of: middle },
    { minutes: [0, 30], hours: [...new Set([h(left), h(middle), h(right)])] },
    { minutes: '*', hours: [h(middle)] },
    { minutes: [m(middle)], hours: '*' },
    { minutes: '*/30', hours: [h(left), h(right)] },
  ];
}

const iso = (instants: readonly number[]) => instants.map((instant) => new Date(instant).toISOString());

describe('cron in every zone of the tz database, around every change of twenty years', () => {
  const changes = everyChange();

  it('finds the changes', () => {
    expect(changes.length).toBeGreaterThan(500);
    // Half an hour, a whole day, and a gap that ends at midnight.
    const lengths = new Set(changes.map(({ before, after }) => (after - before - minute) / minute));
    for (const length of [30, -30, 60, -60, 24 * 60]) expect(lengths).toContain(length);
    expect(changes.some(({ before, after }) => after % (24 * hour) === 0 && after > before + minute)).toBe(
      true,
    );
  });

  it('fires exactly as a walk through the minutes, forwards and backwards', () => {
    const wrong: unknown[] = [];
    const seen = new Set<string>();
    for (const change of changes) {
      const { zone, at, before, after } = change;
      const [start, end] = [at - 3 * hour, at + 3 * hour];
      // What happens on another day of the same change is asked by one expression only.
      const kind = `${before % (24 * hour)} ${after - before}`;
      const expressions = expressionsAround(change);
      const clock = clockOf(zone);
      const shown = Array.from({ length: 6 * 60 + 1 }, (_, index) => clock(start + index * minute));
      for (const expression of seen.has(kind) ? expressions.slice(3, 4) : expressions) {
        const firings = iso(walk(expression, shown, start));
        const { forwards, backwards } = ask(change, expression, start, end);
        if (String(firings) !== String(iso(forwards)) || String(firings) !== String(iso(backwards)))
          wrong.push({
            zone,
            at: iso([at]),
            cron: textOf(expression),
            firings,
            forwards: iso(forwards),
            backwards: iso(backwards),
          });
      }
      seen.add(kind);
    }
    expect(wrong.slice(0, 5)).toEqual([]);
  });
});

describe('a gap that ends at midnight', () => {
  it.each(['30 23 * * *', '0 23 27 3 *'])('fires "%s" once, at its end', (cron) => {
    const nuuk = new ZonedCron(cron, 'America/Nuuk');
    const end = Date.parse('2027-03-28T01:00:00Z');
    expect(nuuk.next(end - 1)).toBe(end);
    expect(nuuk.previous(end)).toBe(end);
    expect(nuuk.next(end - 2 * hour)).toBe(end);
    expect(nuuk.previous(end + hour)).toBe(end);
    expect(nuuk.next(end)).toBeGreaterThan(end + 20 * hour);
  });
});
