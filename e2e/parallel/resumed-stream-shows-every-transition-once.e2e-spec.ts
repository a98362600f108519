import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { JobHistory } from '@jobstream/contracts/rest';
import { eventually, Platform, readStream, type SentEvent } from '@jobstream/testing';

describe('a resumed stream shows every transition once', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 2, projector: 1, 'probe-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  const transitionsOf = (events: readonly SentEvent[]) =>
    events.filter(({ event }) => event === 'transition');
  const placeOf = ({ topic, partition, offset }: Record<string, unknown>) =>
    `${topic as string}/${partition as number}/${offset as number}`;

  async function placesOf(id: string): Promise<string[]> {
    return eventually(async () => {
      const { body } = await platform.api.get<JobHistory>(`/v1/jobs/${id}/history`);
      expect(body.items.at(-1)).toMatchObject({ state: 'succeeded' });
      return body.items.map((item) => placeOf({ ...item }));
    });
  }

  it.each([
    ['after every transition', 1],
    ['after every second one', 2],
  ])('to a client that drops it %s, and goes on with Last-Event-ID at another API', async (_, together) => {
    const id = await platform.api.submitted('probe.run', { sleepMs: 300, failTimes: 2 });
    const seen: string[] = [];
    let last: string | undefined;
    let drops = 0;
    for (const apis = platform.all('api'); ; drops += 1) {
      const url = `${apis[drops % apis.length]!.url}/v1/jobs/${id}/stream`;
      const { status, events } = await readStream(
        url,
        last,
        (sent) => transitionsOf(sent).length >= together,
      );
      const transitions = transitionsOf(events);
      seen.push(...transitions.map(({ data }) => placeOf(data)));
      last = transitions.at(-1)?.id ?? last;
      if (status === 204 || events.some(({ event }) => event === 'end')) break;
    }
    const places = await placesOf(id);
    expect(places.length).toBeGreaterThanOrEqual(6);
    expect(seen).toHaveLength(places.length);
    expect([...seen].sort()).toEqual([...places].sort());
    expect(drops).toBeGreaterThanOrEqual(2);
    console.log(`${seen.length} transitions over ${drops} dropped connections, each once`);
  });
});
