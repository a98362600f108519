import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, Platform } from '@jobstream/testing';
import { photograph } from './photograph.js';
import { photographPage } from './photographed-page.js';

const text = `A job changes state by exactly one record that is appended to Kafka, never by two writes that could
disagree. Whoever reads the log from its beginning learns what happened, in which order, and why.`;

describe('reading the text of a long page never delays a thumbnail', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'image-worker': 1, 'inference-worker': 1 },
    });
  });
  afterAll(() => platform?.stop());

  const upload = (id: string, body: Uint8Array) =>
    platform.api.request('PUT', `/images/${id}`, { body, headers: { 'content-type': 'image/jpeg' } });

  async function start(id: string, what: 'text' | 'process'): Promise<string> {
    const { status, body } = await platform.api.post(`/images/${id}/${what}`, {});
    expect(status).toBe(202);
    return body.task_id as string;
  }

  it('thumbnails are made while the page is read, which tells how far it is', async () => {
    expect((await upload('page', await photographPage(text, 40))).status).toBe(201);
    expect((await upload('cat', photograph)).status).toBe(201);
    const began = performance.now();
    const reading = await start('page', 'text');
    await eventually(async () => expect(await platform.api.job(reading)).toMatchObject({ state: 'running' }));

    const waits: number[] = [];
    for (let nth = 0; nth < 5; nth++) {
      const asked = performance.now();
      const thumbnail = await platform.api.finished(await start('cat', 'process'));
      waits.push(Math.round(performance.now() - asked));
      expect(thumbnail).toMatchObject({ state: 'succeeded', attempt: 1 });
    }
    expect(await platform.api.job(reading)).toMatchObject({ state: 'running' });
    await eventually(async () => {
      const { state, progress } = await platform.api.job(reading);
      expect({ state, progress }).toMatchObject({
        state: 'running',
        progress: { percent: expect.any(Number) },
      });
    });

    const read = await platform.api.finished(reading, { timeoutMs: 240_000 });
    const tookMs = Math.round(performance.now() - began);
    expect(read).toMatchObject({ state: 'succeeded', attempt: 1, deliveries: 1 });
    expect(read.result!.text).toContain('appended to Kafka');
    expect(read.result!.words).toBeGreaterThan(1_200);
    expect(Math.max(...waits)).toBeLessThan(tookMs / 2);
    console.log(`page read in ${tookMs} ms; thumbnails meanwhile in ${waits.join(', ')} ms`);
    expect(await platform.api.get(`/tasks/${reading}`)).toMatchObject({ body: { status: 'SUCCESS' } });
  });

  it('404 for an image that was not uploaded', async () => {
    expect(await platform.api.post('/images/nobody/text', {})).toMatchObject({
      status: 404,
      body: { code: 'image_not_found' },
    });
  });
});
