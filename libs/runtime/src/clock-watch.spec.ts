import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Registry } from 'prom-client';
import { ClockWatch, noticeableSkewMs } from './clock-watch.js';
import type { Logger } from './logger.js';

/** A watch over one clock that says `theirs` once it is asked, and cannot be reached before. */
function watchOver(here: number) {
  const lines: string[] = [];
  const heard = { theirs: undefined as number | undefined, asked: 0, isAway: false, local: here };
  const note = (level: string) => (_: object, text: string) => void lines.push(`${level}: ${text}`);
  const logger = { debug: () => undefined, info: note('info'), error: note('error') } as unknown as Logger;
  const metrics = new Registry();
  const clock = {
    get isKnown() {
      return heard.theirs !== undefined;
    },
    silentMs: 0,
    now: () => heard.theirs!,
  };
  const ask = async () => {
    heard.asked++;
    if (heard.isAway) throw new Error('It is away.');
    heard.theirs ??= 1_000_000;
  };
  const watch = new ClockWatch({
    clocks: { broker: { clock, ask, isNeeded: true } },
    logger,
    metrics,
    local: () => heard.local,
  });
  const measured = async () => (await metrics.getSingleMetric('jobstream_clock_skew_seconds')!.get()).values;
  return { watch, heard, lines, measured };
}

describe('a watch over clocks', () => {
  it('asks at once, and is ready only with the first answer', async () => {
    const { watch, heard, measured } = watchOver(1_000_000);
    expect(watch.health()).toMatchObject({ ok: false });
    expect(await measured()).toEqual([]);
    watch.start();
    await turn();
    watch.stop();
    expect(heard.asked).toBe(1);
    expect(watch.health()).toEqual({ ok: true, detail: { skewMs: { broker: 0 }, alarms: [] } });
  });

  it('shows why a clock has not answered', async () => {
    const { watch, heard } = watchOver(0);
    heard.isAway = true;
    watch.start();
    await turn();
    watch.stop();
    expect(watch.health()).toEqual({
      ok: false,
      why: 'The time of broker is not known yet: It is away.',
    });
  });

  it('measures any skew, and has an alarm for one above five seconds, on either side', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.integer({ min: -2 * noticeableSkewMs, max: 2 * noticeableSkewMs }),
        async (skew) => {
          const { watch, heard, lines, measured } = watchOver(1_000_000 + skew);
          heard.theirs = 1_000_000;
          watch.look();
          const isAlarm = Math.abs(skew) > noticeableSkewMs;
          expect(await measured()).toEqual([{ labels: { against: 'broker' }, value: skew / 1_000 }]);
          expect(lines).toHaveLength(isAlarm ? 1 : 0);
          const { detail } = watch.health() as { detail: { alarms: string[] } };
          expect(detail.alarms).toEqual(lines.map((line) => line.replace('error: ', '')));
        },
      ),
    );
  });

  it('logs a skew once, and its end once', () => {
    const { watch, heard, lines } = watchOver(1_000_000 + 7_200_000);
    heard.theirs = 1_000_000;
    for (let looks = 0; looks < 3; looks++) watch.look();
    heard.local = 1_000_000;
    for (let looks = 0; looks < 3; looks++) watch.look();
    expect(lines).toEqual([
      "error: This machine's clock is 7200.0 s ahead of that of broker. Run a time service (chrony, systemd-timesyncd) on both.",
      'info: clock corrected',
    ]);
  });
});
