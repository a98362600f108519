import { setTimeout as delay } from 'node:timers/promises';
import { expect } from '@jest/globals';
import { headerNames } from '@jobstream/contracts/records';
import type { CreatedWebhook } from '@jobstream/contracts/rest';
import { eventually, freePort, Platform, readTopics } from '@jobstream/testing';
import { ReceiverProcess } from './receiver-process.js';

/** How many jobs end, and in which time they come: a steady load, in which what a kill holds up has to be made up for. */
export interface Ends {
  readonly jobs: number;
  readonly loadMs: number;
}

/** What came of it: the time from the end of a job until the live receiver had heard of it. */
export interface Told {
  readonly medianMs: number;
}

const minutes = 60_000;

/** A platform whose jobs' ends two receivers are to hear: one lives, nobody listens at the address of the other. */
export class ToldReceivers {
  private constructor(
    private readonly platform: Platform,
    private readonly live: ReceiverProcess,
    private readonly dead: string,
  ) {}

  static async open(): Promise<ToldReceivers> {
    const [live, dead] = [await ReceiverProcess.start(), `127.0.0.1:${await freePort()}`];
    const platform = await Platform.start({
      services: { api: 1, projector: 1, scheduler: 1, 'probe-worker': 1, 'webhooks-worker': 1 },
      ownRoles: true,
      environment: { ENDPOINT_ALLOW: `${live.host},${dead}`, WEBHOOK_RETRIES: '1', LOG_LEVEL: 'info' },
    });
    return new ToldReceivers(platform, live, dead);
  }

  async close(): Promise<void> {
    await this.platform.stop();
    await this.live.stop();
  }

  /**
   * Lets jobs end, and kills the follower of the ends and the sender meanwhile. Checks that the live receiver hears of each end, that
   * nothing comes again that was acknowledged, and that the dead one's are dead letters.
   */
  async tell({ jobs, loadMs }: Ends): Promise<Told> {
    const { platform, live, dead } = this;
    const create = async (url: string) =>
      (await platform.api.post<CreatedWebhook>('/v1/webhooks', { url })).body;
    const submit = async () => {
      const items = Array.from({ length: 100 }, () => ({ type: 'probe.run', payload: {} }));
      for (let sent = 0; sent < jobs; sent += items.length) {
        const pause = delay((loadMs * items.length) / jobs);
        const { status } = await platform.api.post('/v1/jobs/batch', { items });
        expect(status).toBe(202);
        await pause;
      }
    };
    /** The deliveries that have a record on a topic; a kill leaves copies. */
    const deliveriesOn = async (topic: string) =>
      new Set((await readTopics([topic])).map(({ key }) => String(key)));
    /** The jobs, deliveries too, whose success the log has. */
    const succeeded = async () =>
      new Set(
        (await readTopics([platform.topics.events]))
          .filter(({ headers }) => headers?.[headerNames.phase] === 'succeeded')
          .map(({ key }) => String(key)),
      );
    const heard = (count: number) =>
      eventually(async () => expect(await live.count()).toBeGreaterThanOrEqual(count), {
        timeoutMs: 3 * minutes,
      });

    live.trust((await create(`http://${live.host}/hooks`)).secret);
    await create(`http://${dead}/hooks`);
    const submitting = submit();

    await heard(0.2 * jobs);
    await platform.one('scheduler').crash();
    const made = await deliveriesOn(platform.topics.requests('webhooks'));
    expect(made.size).toBeLessThan(2 * jobs);
    await platform.launch('scheduler');

    await heard(0.5 * jobs);
    await platform.one('webhooks-worker').crash();
    const acknowledged = await succeeded();
    const heardBefore = (await live.all()).heard.length;
    expect(heardBefore).toBeLessThan(jobs);
    await platform.launch('webhooks-worker');
    await submitting;

    await heard(jobs);
    const deadLetters = platform.topics.deadLetters('webhooks');
    await eventually(async () => expect((await deliveriesOn(deadLetters)).size).toBe(jobs), {
      timeoutMs: 2 * minutes,
      everyMs: 500,
    });
    const { heard: events, refused } = await live.all();
    expect(refused).toEqual([]);
    expect(new Set(events.map(({ job }) => job)).size).toBe(jobs);
    expect(new Set(events.map(({ id }) => id)).size).toBe(jobs);
    const late = events.map(({ lateMs }) => lateMs).sort((a, b) => a - b);
    const median = late[Math.floor(late.length / 2)]!;
    const afterKill = new Set(events.slice(heardBefore).map(({ id }) => id));
    console.log(
      `${jobs} ends to two receivers, one dead: median ${median} ms, last ${late.at(-1)} ms after the end; ` +
        `${made.size} deliveries made before the follower was killed, ${heardBefore} heard before the sender was, ` +
        `${events.length - jobs} were in its hands and came again`,
    );
    // What the killed sender had acknowledged does not come again.
    expect(events.slice(0, heardBefore).some(({ id }) => acknowledged.has(id))).toBe(true);
    expect([...acknowledged].filter((id) => afterKill.has(id))).toEqual([]);
    return { medianMs: median };
  }
}
