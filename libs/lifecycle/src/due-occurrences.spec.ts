import { describe, expect, it } from '@jest/globals';
import { dueOccurrences, nextOccurrence, nextOccurrences, type MisfirePolicy } from './due-occurrences.js';
import type { Timing } from './timing.js';

const at = (iso: string) => Date.parse(iso);
const iso = (instant: number) => new Date(instant).toISOString().replace('.000', '');
const berlin = (cron: string): Timing => ({ kind: 'cron', cron, timeZone: 'Europe/Berlin' });
const every = (seconds: number): Timing => ({ kind: 'every', everyMs: seconds * 1_000 });

/** A schedule as a scheduler keeps it, under a clock in the test's hand. */
class Watched {
  readonly fired: string[] = [];
  private from: number;

  constructor(
    private readonly timing: Timing,
    private readonly misfire: MisfirePolicy,
    start: number,
  ) {
    this.from = nextOccurrence(timing, start)!;
  }

  look(now: number): void {
    if (now < this.from) return;
    const { fire, next } = dueOccurrences(this.timing, {
      from: this.from,
      until: now,
      misfire: this.misfire,
    });
    this.fired.push(...fire.map(iso));
    this.from = next!;
  }

  run(from: string, to: string, stepMs = 500): this {
    for (let now = at(from); now <= at(to); now += stepMs) this.look(now);
    return this;
  }
}

const watchDay = (cron: string, from: string, to: string) =>
  new Watched(berlin(cron), 'skip', at(from)).run(from, to, 10_000).fired;

describe('the day on which the clocks go forward (02:00 to 03:00)', () => {
  const day = ['2026-03-28T23:30:00Z', '2026-03-29T04:00:00Z'] as const;

  it('fires a skipped time once, when the clock has moved', () => {
    expect(watchDay('30 2 * * *', ...day)).toEqual(['2026-03-29T01:00:00Z']);
    expect(watchDay('30 2,4 * * *', ...day)).toEqual(['2026-03-29T01:00:00Z', '2026-03-29T02:30:00Z']);
  });

  it('follows elapsed time when the hours are a wildcard', () => {
    expect(watchDay('0 * * * *', ...day)).toEqual([
      '2026-03-29T00:00:00Z',
      '2026-03-29T01:00:00Z',
      '2026-03-29T02:00:00Z',
      '2026-03-29T03:00:00Z',
      '2026-03-29T04:00:00Z',
    ]);
  });
});

describe('the day on which the clocks go back (03:00 to 02:00)', () => {
  const day = ['2026-10-24T23:30:00Z', '2026-10-25T03:00:00Z'] as const;

  it('fires a repeated time once', () => {
    expect(watchDay('30 2 * * *', ...day)).toEqual(['2026-10-25T00:30:00Z']);
  });

  it('follows elapsed time when the hours are a wildcard', () => {
    expect(watchDay('0 * * * *', ...day)).toEqual([
      '2026-10-25T00:00:00Z',
      '2026-10-25T01:00:00Z',
      '2026-10-25T02:00:00Z',
      '2026-10-25T03:00:00Z',
    ]);
  });
});

describe('a clock that jumps', () => {
  it('fires no occurrence twice when it jumps back', () => {
    const watched = new Watched(every(60), 'skip', at('2026-01-01T10:00:30Z'))
      .run('2026-01-01T10:00:30Z', '2026-01-01T10:05:30Z')
      .run('2026-01-01T09:30:00Z', '2026-01-01T10:08:00Z');
    expect(watched.fired).toHaveLength(8);
    expect(new Set(watched.fired).size).toBe(8);
  });

  it('misses only the skipped occurrences when it jumps ahead', () => {
    const jump = (misfire: MisfirePolicy) =>
      new Watched(every(600), misfire, at('2026-01-01T10:00:00Z'))
        .run('2026-01-01T10:00:00Z', '2026-01-01T10:10:00Z')
        .run('2026-01-01T11:05:00Z', '2026-01-01T11:10:00Z').fired;
    expect(jump('skip')).toEqual(['2026-01-01T10:10:00Z', '2026-01-01T11:10:00Z']);
    expect(jump('fire-once')).toEqual([
      '2026-01-01T10:10:00Z',
      '2026-01-01T11:00:00Z',
      '2026-01-01T11:10:00Z',
    ]);
  });
});

describe('late occurrences', () => {
  const look = (timing: Timing, misfire: MisfirePolicy, from: string, until: string) =>
    dueOccurrences(timing, { from: at(from), until: at(until), misfire });

  it('fire each within the grace', () => {
    expect(look(every(20), 'skip', '2026-01-01T10:00:20Z', '2026-01-01T10:01:20Z')).toEqual({
      fire: ['10:00:20', '10:00:40', '10:01:00', '10:01:20'].map((time) => at(`2026-01-01T${time}Z`)),
      missed: undefined,
      next: at('2026-01-01T10:01:40Z'),
    });
  });

  it('fire once for all that are due, late or not', () => {
    const due = look(every(20), 'fire-once', '2026-01-01T10:00:00Z', '2026-01-01T12:00:10Z');
    expect(due).toEqual({
      fire: [at('2026-01-01T12:00:00Z')],
      missed: undefined,
      next: at('2026-01-01T12:00:20Z'),
    });
  });

  it('fire once, even if the last one is long past', () => {
    expect(look(berlin('0 3 * * *'), 'fire-once', '2026-01-02T02:00:00Z', '2026-01-05T12:00:00Z')).toEqual({
      fire: [at('2026-01-05T02:00:00Z')],
      missed: undefined,
      next: at('2026-01-06T02:00:00Z'),
    });
  });

  it('are given up, except those in time', () => {
    expect(look(every(60), 'skip', '2026-01-01T10:00:00Z', '2026-01-01T12:00:10Z')).toEqual({
      fire: [at('2026-01-01T12:00:00Z')],
      missed: at('2026-01-01T11:59:00Z'),
      next: at('2026-01-01T12:01:00Z'),
    });
  });

  it('are given up quickly: a decade of seconds', () => {
    const started = performance.now();
    const due = look(berlin('* * * * * *'), 'skip', '2016-01-01T00:00:00Z', '2026-01-01T00:00:00Z');
    expect(due.fire).toHaveLength(61);
    expect(performance.now() - started).toBeLessThan(1_000);
  });

  it('are empty before the first', () => {
    expect(look(berlin('0 3 * * *'), 'fire-once', '2026-01-02T02:00:00Z', '2026-01-02T01:59:59Z')).toEqual({
      fire: [],
      missed: undefined,
      next: at('2026-01-02T02:00:00Z'),
    });
  });
});

describe('the next occurrences', () => {
  it('come after the instant, in order', () => {
    expect(nextOccurrences(berlin('0 3 * * *'), at('2026-10-23T01:00:00Z'), 5).map(iso)).toEqual([
      '2026-10-24T01:00:00Z',
      '2026-10-25T02:00:00Z',
      '2026-10-26T02:00:00Z',
      '2026-10-27T02:00:00Z',
      '2026-10-28T02:00:00Z',
    ]);
    expect(nextOccurrences(every(300), at('2026-01-01T00:00:00Z'), 2).map(iso)).toEqual([
      '2026-01-01T00:05:00Z',
      '2026-01-01T00:10:00Z',
    ]);
  });

  it('end with the calendar', () => {
    expect(nextOccurrence(berlin('0 0 29 2 *'), at('9999-06-01T00:00:00Z'))).toBeUndefined();
  });
});
