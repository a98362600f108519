import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from '@jobstream/testing';
import { imageSize } from 'image-size';
import { photograph } from '../photograph.js';

describe('a photograph becomes a thumbnail', () => {
  let platform: Platform;
  beforeAll(async () => {
    platform = await Platform.start({ services: { api: 1, projector: 1, 'image-worker': 1 } });
  });
  afterAll(() => platform?.stop());

  const upload = (id: string, body: Uint8Array, type = 'image/jpeg') =>
    platform.api.request('PUT', `/images/${id}`, { body, headers: { 'content-type': type } });

  it('by the Celery-shaped routes: upload, process, follow the task, fetch', async () => {
    expect(await upload('cat', photograph)).toMatchObject({
      status: 201,
      body: { image_id: 'cat', content_type: 'image/jpeg', bytes: photograph.length },
    });
    const started = await platform.api.post('/images/cat/process', {});
    expect(started).toMatchObject({ status: 202, body: { status: 'PENDING' } });

    const id = started.body.task_id as string;
    expect(await platform.api.finished(id)).toMatchObject({
      type: 'image.thumbnail',
      state: 'succeeded',
      attempt: 1,
      result: { key: 'thumbs/cat', width: 300, height: 300 },
    });
    expect(await platform.api.get(`/tasks/${id}`)).toMatchObject({
      status: 200,
      body: { task_id: id, status: 'SUCCESS', result: { key: 'thumbs/cat' } },
    });

    const thumbnail = await fetch(`${platform.api.url}/images/cat/thumbnail`);
    expect(thumbnail.status).toBe(200);
    const bytes = new Uint8Array(await thumbnail.arrayBuffer());
    expect(imageSize(bytes)).toMatchObject({ width: 300, height: 300 });
    expect(Buffer.from(bytes).includes('Exif')).toBe(false);
  });

  it('takes the same bytes again, and refuses others under the same id', async () => {
    expect((await upload('twice', photograph)).status).toBe(201);
    expect((await upload('twice', photograph)).status).toBe(200);
    const other = Buffer.concat([photograph, Buffer.from([0])]);
    expect(await upload('twice', other)).toMatchObject({ status: 409, body: { code: 'image_conflict' } });
  });

  it('ends as a dead letter that says why when the photograph is cut short', async () => {
    await upload('torn', photograph.subarray(0, photograph.length / 2));
    const { body } = await platform.api.post('/images/torn/process', {});
    expect(await platform.api.finished(body.task_id as string)).toMatchObject({
      state: 'dead_lettered',
      attempt: 1,
      error: { code: 'image_unreadable' },
    });
    expect(await platform.api.get(`/tasks/${body.task_id as string}`)).toMatchObject({
      body: { status: 'FAILURE' },
    });
    expect((await platform.api.get('/images/torn/thumbnail')).status).toBe(404);
  });
});
