import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { imageThumbnail, uploadKey } from '@jobstream/contracts';
import { NonRetryableError } from '@jobstream/execution';
import { Downloader } from '@jobstream/downloads';
import { openStorage, type ObjectStorage } from '@jobstream/storage';
import sharp from 'sharp';
import { Renderers } from './rendering/renderers.js';
import { ThumbnailHandler } from './thumbnail.handler.js';

describe('image.thumbnail', () => {
  const renderers = new Renderers();
  const square = { width: 40, height: 40, channels: 3 as const, background: '#123' };
  const server = createServer((request, response) => {
    const status = Number(request.url!.slice(1));
    if (status === 200)
      void sharp({ create: square })
        .png()
        .toBuffer()
        .then((image) => response.end(image));
    else response.writeHead(status).end();
  });
  let host: string;
  let directory: string;
  let storage: ObjectStorage;
  let handler: ThumbnailHandler;

  beforeAll(async () => {
    directory = await mkdtemp(join(tmpdir(), 'jobstream-images-'));
    storage = await openStorage({ STORAGE_DIR: directory });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    const { port } = server.address() as AddressInfo;
    host = `127.0.0.1:${port}`;
    handler = new ThumbnailHandler(storage, new Downloader({ allowed: new Set([host]) }), renderers);
  });
  afterAll(async () => {
    await renderers.onApplicationShutdown();
    server.close();
    await rm(directory, { recursive: true });
  });

  const upload = (imageId: string, image: Uint8Array) =>
    storage.put(uploadKey(imageId), image, { contentType: 'image/jpeg' });
  const run = (payload: object, signal = new AbortController().signal) =>
    handler.handle(imageThumbnail.payload.parse(payload), { signal });

  it('stores an upright photograph and tells where, how large and with which hash', async () => {
    const tall = { width: 400, height: 900, channels: 3 as const, background: '#808' };
    await upload('Photo-1', await sharp({ create: tall }).jpeg().withMetadata({ orientation: 6 }).toBuffer());

    const result = await run({ imageId: 'Photo-1', fit: 'inside' });

    const stored = await storage.get('thumbs/Photo-1/300x300-inside');
    const bytes = await buffer(stored!.body);
    expect(result).toEqual({
      key: 'thumbs/Photo-1/300x300-inside',
      width: 300,
      height: 133,
      bytes: bytes.length,
      contentType: 'image/jpeg',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(imageThumbnail.result.parse(result)).toEqual(result);
    expect(stored?.object).toMatchObject({ contentType: 'image/jpeg', sha256: result.sha256 });
    expect(await sharp(bytes).metadata()).toMatchObject({ width: 300, height: 133 });
  });

  it("takes the usual size under the image's own name, and does the same again", async () => {
    await upload(
      'cat',
      await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
        .png()
        .toBuffer(),
    );
    const first = await run({ imageId: 'cat' });
    expect(first).toMatchObject({ key: 'thumbs/cat', width: 300, height: 300 });
    expect(await run({ imageId: 'cat' })).toEqual(first);
  });

  it('fetches an image by its URL and keeps it under the hash of that', async () => {
    const url = `http://${host}/200`;
    const result = await run({ url, width: 20, height: 20 });
    const name = `url-${createHash('sha256').update(url).digest('hex')}`;
    expect(result).toMatchObject({ key: `thumbs/${name}/20x20-cover`, width: 20, height: 20 });
    expect(await storage.head(result.key)).toMatchObject({ sha256: result.sha256 });
  });

  it.each([
    ['http://127.0.0.2/', 'url_refused', false],
    ['http://localhost/', 'url_refused', false],
    ['/404', 'download_failed', false],
    ...[408, 425, 429, 503].map((status) => [`/${status}`, 'download_failed', true] as const),
  ] as const)('of %s says %s, retryable %s', async (where, code, retryable) => {
    const url = new URL(where, `http://${host}`).href;
    await expect(run({ url })).rejects.toMatchObject({ code, retryable });
  });

  it('says for good what no retry can mend', async () => {
    await upload('text', Buffer.from('no image'));
    const failures = await Promise.allSettled([run({ imageId: 'absent' }), run({ imageId: 'text' })]);
    expect(failures).toMatchObject([
      { reason: { code: 'image_not_found', message: expect.stringContaining('PUT /images/absent') } },
      { reason: { code: 'image_unreadable' } },
    ]);
    for (const failure of failures) {
      expect((failure as PromiseRejectedResult).reason).toBeInstanceOf(NonRetryableError);
    }
    expect(await storage.head('thumbs/text')).toBeUndefined();
  });

  it('stores nothing once its time is over', async () => {
    await upload(
      'late',
      await sharp({ create: { width: 9, height: 9, channels: 3, background: '#123' } })
        .png()
        .toBuffer(),
    );
    await expect(run({ imageId: 'late' }, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(await storage.head('thumbs/late')).toBeUndefined();
  });
});
