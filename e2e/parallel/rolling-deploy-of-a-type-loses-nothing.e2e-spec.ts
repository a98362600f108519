import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobPage, JobTypeView } from '@jobstream/contracts/rest';
import { eventually, Platform, type ServiceProcess } from '@jobstream/testing';
import { AcceptedLoad } from '../accepted-load.js';

const main = fileURLToPath(new URL('../rolling-worker.mjs', import.meta.url));
const type = 'greeting.send';
/** Jobs of one kind, in each of four steps of the deployment. */
const batch = 150;

describe('a rolling deployment of a job type, from one version to the next under load', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 2 },
      publishesTypes: false,
      environmentOf: (service) => ({ VERSION: service.slice('greetings-'.length) }),
    });
  });
  afterAll(() => platform?.stop());

  const launch = (version: number): Promise<ServiceProcess> =>
    platform.launchProgram(`greetings-${version}`, main);
  const inForce = async () => (await platform.api.get<JobTypeView>(`/v1/job-types/${type}`)).body;

  it('loses no job, and dead-letters none that one of the versions takes', async () => {
    const load = new AcceptedLoad(platform);
    const old = await Promise.all([launch(1), launch(1)]);
    const first = await inForce();
    await load.submitBatch(type, { n: 1 }, batch);

    const next = await launch(2);
    await eventually(async () => expect((await inForce()).fingerprint).not.toBe(first.fingerprint));
    // Both versions serve now, and no worker of the first one takes these.
    await load.submitBatch(type, { n: 2, channel: 'sms' }, batch);
    await load.submitBatch(type, { n: 2 }, batch);
    // The fault that the promise is about: the first version has got payloads that it does not take, and sent them on.
    const refusal = await Promise.any(
      old.map((worker) => worker.logged(({ code }) => code === 'invalid_payload')),
    );
    expect(refusal.msg).toBe('attempt ended');

    expect(await old[0].stop()).toBe(0);
    await load.submitBatch(type, { n: 3, channel: 'sms' }, batch);
    expect(await old[1].stop()).toBe(0);
    const last = await launch(2);

    expect(await load.endedOtherwise()).toEqual([]);
    expect(load.accepted.size).toBe(4 * batch);
    const { body: dead } = await platform.api.get<{ items: unknown[] }>('/v1/queues/greetings/dead-letters');
    expect(dead.items).toEqual([]);
    for (const worker of [next, last]) expect(worker.alive).toBe(true);
    expect(await inForce()).toMatchObject({ owner: 'greetings', rivals: [], workers: 2 });
  });

  it('finds every job by the field that only the next version declares, whenever it was accepted', async () => {
    const page = async (n: number, cursor?: string) => {
      const q = encodeURIComponent(`type:${type} payload.n:${n}`);
      const after = cursor === undefined ? '' : `&cursor=${cursor}`;
      return (await platform.api.get<JobPage>(`/v1/jobs?q=${q}&limit=500${after}`)).body;
    };
    const found = async (n: number) => {
      const ids: string[] = [];
      for (let cursor: string | undefined; ;) {
        const { items, next } = await page(n, cursor);
        ids.push(...items.map(({ id }) => id));
        if (next === null) return ids;
        cursor = next;
      }
    };
    await eventually(async () =>
      expect((await page(1)).indexed).toEqual({ path: 'n', since: expect.any(String) }),
    );
    const { body: late } = await platform.api.post<{ id: string }>('/v1/jobs', { type, payload: { n: 4 } });
    expect(await found(4)).toEqual([late.id]);
    const all = await Promise.all([1, 2, 3].map(found));
    expect(all.map((ids) => new Set(ids).size)).toEqual([batch, 2 * batch, batch]);
  });
});
