import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { scheduledJobId } from '@jobstream/contracts';
import type { ScheduleDefinition, ScheduleView } from '@jobstream/contracts/rest';
import { IntakeError } from '@jobstream/intake';
import { RecordRefusedError } from '@jobstream/kafka';
import { Registry } from 'prom-client';
import { FiringProducer } from './firing-producer.js';
import { FiringStore, type PendingFiring } from './firing-store.js';
import { ScheduleError } from './schedule-error.js';
import { ScheduleStore } from './schedule-store.js';
import { ScheduleTicker } from './schedule-ticker.js';
import { Schedules } from './schedules.js';
import { StackFixture } from './stack.fixture-spec.js';

const at = (iso: string) => Date.parse(iso);
const start = at('2026-01-01T10:00:00.500Z');

describe('schedules', () => {
  const stack = new StackFixture();
  let now = start;
  const readClock = async () => now;
  let schedules: ScheduleStore;
  let firings: FiringStore;

  beforeAll(async () => {
    await stack.start();
    schedules = new ScheduleStore(stack.database, readClock);
    firings = new FiringStore(stack.database);
  });
  afterAll(() => stack.stop());
  afterEach(async () => {
    await stack.rows('TRUNCATE $schema.schedules, $schema.schedule_firings');
    now = start;
  });

  const producer = () => new FiringProducer(stack.intake, stack.logger, stack.metrics);
  const ticker = (produces: Pick<FiringProducer, 'produce'> = producer()) => {
    const { database, metrics, logger } = stack;
    return new ScheduleTicker({
      database,
      metrics,
      logger,
      schedules,
      firings,
      readClock,
      producer: produces as FiringProducer,
    });
  };
  const service = () => {
    const { database, intake, logger } = stack;
    return new Schedules({ database, intake, logger, metrics: new Registry(), readClock });
  };
  const put = (name: string, changes: Partial<ScheduleDefinition> = {}): Promise<ScheduleView> =>
    service().put(name, { every: '10s', job: { type: 'probe.run', payload: {} }, ...changes });
  const find = async (name: string) => (await schedules.find(name))!;
  /** Records of a schedule's jobs at these instants, as many as there are. */
  const copies = async (name: string, ...instants: number[]) => {
    const schedule = await find(name);
    const ids = (await stack.requests(stack.topics.requests('probe'))).map(({ value }) => value.id);
    return instants.map((instant) => ids.filter((id) => id === scheduledJobId(schedule, instant)).length);
  };
  const states = async (name: string) =>
    (await firings.recent(await find(name), 100))
      .reverse()
      .map(({ fireAt, state }) => `${fireAt.slice(11, 19)} ${state}`);

  it('fire each occurrence once, however many processes look', async () => {
    await put('many');
    const tickers = [ticker(), ticker(), ticker()];
    const instants: number[] = [];
    for (now = at('2026-01-01T10:00:10.001Z'); instants.length < 20; now += 10_000) {
      instants.push(Math.floor(now / 10_000) * 10_000);
      await Promise.all(tickers.map((each) => each.look()));
    }
    // What one process has locked, another leaves to it: the last look is alone.
    await tickers[0]!.look();
    expect(await copies('many', ...instants)).toEqual(instants.map(() => 1));
  });

  it('tell when the next occurrence is', async () => {
    expect(await ticker().look()).toBeUndefined();
    await put('next');
    expect(await ticker().look()).toBe(9_500);
  });

  it('fire occurrences that a dead process decided and did not produce', async () => {
    await put('orphan');
    now = at('2026-01-01T10:00:10Z');
    const dies = { produce: () => Promise.reject(new Error('killed before it produced')) };
    await expect(ticker(dies).look()).rejects.toThrow('killed');
    expect([await copies('orphan', now), await states('orphan')]).toEqual([[0], ['10:00:10 pending']]);
    await ticker().look();
    expect([await copies('orphan', now), await states('orphan')]).toEqual([[1], ['10:00:10 fired']]);
  });

  it('produce the same job again when a process died before it marked it', async () => {
    await put('unmarked');
    now = at('2026-01-01T10:00:10Z');
    const dies = {
      produce: async (firing: PendingFiring): Promise<never> => {
        await producer().produce(firing);
        throw new Error('killed before it marked');
      },
    };
    await expect(ticker(dies).look()).rejects.toThrow('killed');
    await ticker().look();
    expect([await copies('unmarked', now), await states('unmarked')]).toEqual([[2], ['10:00:10 fired']]);
  });

  it('wait while the broker does not acknowledge', async () => {
    await put('away');
    now = at('2026-01-01T10:00:10Z');
    const away = {
      check: stack.intake.check.bind(stack.intake),
      accept: () => Promise.reject(new IntakeError('submit_unknown', 'No answer.')),
    };
    await ticker(new FiringProducer(away as never, stack.logger, stack.metrics)).look();
    expect(await states('away')).toEqual(['10:00:10 pending']);
    await ticker().look();
    expect(await states('away')).toEqual(['10:00:10 fired']);
  });

  it('rest when their topic takes no records, and hold up no other', async () => {
    const gone = new RecordRefusedError('jobs.gone', 'UNKNOWN_TOPIC_OR_PARTITION', 'no such topic');
    const refusing = {
      check: stack.intake.check.bind(stack.intake),
      accept: (...given: Parameters<typeof stack.intake.accept>) => {
        const job = given[0].payload as { note?: string };
        if (job.note !== 'gone') return stack.intake.accept(...given);
        return Promise.reject(new IntakeError('broker_unavailable', 'Not now.', { cause: gone }));
      },
    };
    const looks = () => ticker(new FiringProducer(refusing as never, stack.logger, stack.metrics)).look();
    for (let n = 0; n < 120; n++)
      await put(`gone-${n}`, { job: { type: 'probe.run', payload: { note: 'gone' } } });
    now = at('2026-01-01T10:00:10Z');
    await looks();
    await put('fine');
    now = at('2026-01-01T10:00:20Z');
    await looks();
    expect(await states('fine')).toEqual(['10:00:20 fired']);
    expect(await states('gone-7')).toEqual(['10:00:10 pending', '10:00:20 pending']);
    await stack.rows(`UPDATE $schema.schedule_firings SET rest_until = '-infinity'`);
    await ticker().look();
    expect(await states('gone-7')).toEqual(['10:00:10 fired', '10:00:20 fired']);
  });

  it('record a refused job with its reason when it no longer fits its type', async () => {
    await put('refused');
    await stack.rows(`UPDATE $schema.schedules SET job = '{"type":"no.such","payload":{}}'`);
    now = at('2026-01-01T10:00:10Z');
    await ticker().look();
    expect((await service().read('refused')).firings).toEqual([
      expect.objectContaining({ state: 'refused', detail: expect.stringContaining('unknown_type') }),
    ]);
  });

  it('fire beside a schedule that cannot be understood', async () => {
    await put('strange', { every: undefined, cron: '* * * * *', timeZone: 'Europe/Berlin' });
    await put('fine');
    await stack.rows(
      `UPDATE $schema.schedules SET time_zone = 'Mars/Olympus', next_fire_at = $1 WHERE name = 'strange'`,
      [new Date(now)],
    );
    now = at('2026-01-01T10:00:10Z');
    await ticker().look();
    expect(await states('fine')).toEqual(['10:00:10 fired']);
  });

  describe('under a clock that jumps', () => {
    const run = async (from: string, to: string, stepMs: number) => {
      for (now = at(from); now <= at(to); now += stepMs) await ticker().look();
    };

    it('fire no occurrence again when it jumps back', async () => {
      await put('back', { every: '60s' });
      await run('2026-01-01T10:01:00Z', '2026-01-01T10:03:00Z', 20_000);
      await run('2026-01-01T09:58:00Z', '2026-01-01T10:04:00Z', 20_000);
      expect(await states('back')).toEqual(
        ['10:01', '10:02', '10:03', '10:04'].map((minute) => `${minute}:00 fired`),
      );
    });

    it('follow the misfire policy for occurrences that a jump ahead passed over', async () => {
      await put('gives-up', { every: '600s' });
      await put('makes-up', { every: '600s', misfire: 'fire-once' });
      now = at('2026-01-01T13:05:00Z');
      await ticker().look();
      expect([await states('gives-up'), await states('makes-up')]).toEqual([
        ['13:00:00 missed'],
        ['13:00:00 fired'],
      ]);
    });

    it('fire once a day over both changes of daylight-saving time', async () => {
      now = at('2026-03-28T00:00:00Z');
      await put('nightly', { every: undefined, cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
      await run('2026-03-28T00:00:00Z', '2026-03-30T12:00:00Z', 600_000);
      // Set on by hand to the other change: half a year of nights is the unit test's.
      await put('nightly', { every: undefined, cron: '30 2 * * *', timeZone: 'Europe/Berlin', paused: true });
      now = at('2026-10-24T00:00:00Z');
      await put('nightly', { every: undefined, cron: '30 2 * * *', timeZone: 'Europe/Berlin' });
      await run('2026-10-24T00:00:00Z', '2026-10-26T12:00:00Z', 600_000);
      expect(
        (await firings.recent(await find('nightly'), 100)).map(({ fireAt, state }) => `${fireAt} ${state}`),
      ).toEqual([
        '2026-10-26T01:30:00.000Z fired',
        '2026-10-25T00:30:00.000Z fired',
        '2026-10-24T00:30:00.000Z fired',
        '2026-03-30T00:30:00.000Z fired',
        '2026-03-29T01:00:00.000Z fired',
        '2026-03-28T01:30:00.000Z fired',
      ]);
    });
  });

  it('wait for the end of their last job when they must not overlap', async () => {
    await put('alone', { overlap: 'skip' });
    now = at('2026-01-01T10:00:10Z');
    await ticker().look();
    now = at('2026-01-01T10:00:20Z');
    await ticker().look();
    await firings.end(stack.database, [scheduledJobId(await find('alone'), at('2026-01-01T10:00:10Z'))]);
    now = at('2026-01-01T10:00:30Z');
    await ticker().look();
    expect(await states('alone')).toEqual(['10:00:10 ended', '10:00:20 skipped', '10:00:30 fired']);
  });

  it('fire jobs of their own under the name of a deleted schedule, and owe nothing for it', async () => {
    const first = await put('anew', { overlap: 'skip' });
    now = at('2026-01-01T10:00:10Z');
    await ticker().look();
    const [before] = (await service().read('anew')).firings;
    await service().delete('anew');
    // The same occurrence comes again.
    now = start;
    const second = await put('anew', { overlap: 'skip' });
    expect([second.firings, second.lastFireAt, second.id === first.id]).toEqual([[], null, false]);
    now = at('2026-01-01T10:00:10Z');
    await ticker().look();
    const { firings: after } = await service().read('anew');
    expect(after).toEqual([{ ...before, jobId: expect.any(String) }]);
    expect(after[0]!.jobId).not.toBe(before!.jobId);
    const made = (await stack.requests(stack.topics.requests('probe'))).map(({ value }) => value.id);
    expect([before, ...after].map((firing) => made.filter((id) => id === firing!.jobId).length)).toEqual([
      1, 1,
    ]);
    // What is not yet seen to have ended is the namesake's, and waited for by no one else.
    expect((await firings.awaited(stack.database)).ids).toEqual([after[0]!.jobId]);
  });

  it('stay the same schedule when they are put again under their name', async () => {
    const first = await put('changed');
    const second = await put('changed', { every: '20s' });
    expect(second.id).toBe(first.id);
  });

  it('fire a job of their own by hand under the name of a deleted schedule', async () => {
    await put('fired-by-hand');
    const before = await service().fire('fired-by-hand');
    await service().delete('fired-by-hand');
    await put('fired-by-hand');
    const after = await service().fire('fired-by-hand');
    expect(after.createdAt).toBe(before.createdAt);
    expect(after.id).not.toBe(before.id);
  });

  describe('by hand', () => {
    it('are shown with their next occurrences', async () => {
      const view = await put('shown', { every: undefined, cron: '0 3 * * *', timeZone: 'Europe/Berlin' });
      expect(view).toMatchObject({
        cron: '0 3 * * *',
        timeZone: 'Europe/Berlin',
        every: null,
        origin: 'rest',
        nextFireAt: '2026-01-02T02:00:00.000Z',
        lastFireAt: null,
        firings: [],
      });
      expect(view.nextFireTimes).toHaveLength(5);
      expect(await service().read('shown')).toEqual(view);
      expect({ ...(await service().list()).items[0], firings: [] }).toEqual(view);
    });

    it('owe nothing for the time that they were paused', async () => {
      await put('paused', { paused: true });
      now = at('2026-01-01T10:00:40Z');
      await ticker().look();
      expect(await service().read('paused')).toMatchObject({
        nextFireAt: null,
        nextFireTimes: [],
        firings: [],
      });
      expect((await put('paused')).nextFireAt).toBe('2026-01-01T10:00:50.000Z');
    });

    it('still owe due occurrences when they are put again unchanged', async () => {
      await put('kept');
      now = at('2026-01-01T10:00:25Z');
      await put('kept', { misfire: 'fire-once' });
      await ticker().look();
      expect(await states('kept')).toEqual(['10:00:10 fired', '10:00:20 fired']);
    });

    it('fire now, paused or not, another job each time', async () => {
      await put('now', { paused: true });
      const fired = [await service().fire('now'), await service().fire('now')];
      const ids = (await stack.requests(stack.topics.requests('probe'))).map(({ value }) => value.id);
      expect(fired.map(({ id }) => ids.filter((each) => each === id).length)).toEqual([1, 1]);
      expect(await service().read('now')).toMatchObject({
        lastFireAt: fired[1]!.createdAt,
        firings: [
          { jobId: fired[1]!.id, state: 'fired' },
          { jobId: fired[0]!.id, state: 'fired' },
        ],
      });
    });

    it.each([
      ['a bad cron', { every: undefined, cron: '61 * * * *' }, '/cron', /field minute/],
      ['an unknown zone', { every: undefined, cron: '* * * * *', timeZone: 'Mars' }, '/timeZone', /IANA/],
      ['an odd step', { every: '1500ms' }, '/every', /whole seconds/],
      ['an unknown job type', { job: { type: 'no.such', payload: {} } }, '/job/type', /no\.such/],
      [
        'a bad payload',
        { job: { type: 'probe.run', payload: { sleepMs: -1 } } },
        '/job/payload/sleepMs',
        /./,
      ],
      [
        'a priority where there are none',
        { job: { type: 'image.thumbnail', payload: { imageId: 'a' }, priority: 'low' as const } },
        '/job/priority',
        /one lane/,
      ],
    ])('are refused with %s', async (_, changes, pointer, detail) => {
      const error = (await put('bad', changes).catch((thrown: unknown) => thrown)) as ScheduleError;
      expect(error).toBeInstanceOf(ScheduleError);
      expect(error.details.errors).toEqual([{ pointer, detail: expect.stringMatching(detail) }]);
      await expect(service().read('bad')).rejects.toMatchObject({ code: 'schedule_not_found' });
    });

    it('are refused under an invalid name, and not deleted while the code declares them', async () => {
      await expect(put('Not A Name')).rejects.toMatchObject({ code: 'invalid_schedule_name' });
      await expect(service().delete('health-check')).rejects.toMatchObject({ code: 'schedule_declared' });
      await expect(service().delete('nothing')).rejects.toMatchObject({ code: 'schedule_not_found' });
      await expect(service().fire('nothing')).rejects.toMatchObject({ code: 'schedule_not_found' });
      await put('gone');
      await service().delete('gone');
      await expect(service().read('gone')).rejects.toMatchObject({ code: 'schedule_not_found' });
    });
  });

  it('follow the code that declares them until they are put over REST, and go when it drops them', async () => {
    const declared = (every: string): ScheduleDefinition => ({
      every,
      misfire: 'skip',
      overlap: 'allow',
      paused: false,
      job: { type: 'probe.run', payload: {} },
    });
    await schedules.declare(
      new Map([
        ['one', declared('10s')],
        ['two', declared('10s')],
      ]),
    );
    await put('two', { every: '30s' });
    await schedules.declare(
      new Map([
        ['one', declared('20s')],
        ['two', declared('20s')],
      ]),
    );
    expect((await service().list()).items.map(({ name, every, origin }) => [name, every, origin])).toEqual([
      ['one', '20s', 'code'],
      ['two', '30s', 'rest'],
    ]);
    await schedules.declare(new Map());
    expect((await service().list()).items.map(({ name }) => name)).toEqual(['two']);
  });
});
