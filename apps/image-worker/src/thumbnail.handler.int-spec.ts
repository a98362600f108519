import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { buffer } from 'node:stream/consumers';
import { imageThumbnail, uploadKey } from '@jobstream/jobs';
import { Downloader } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { DiscardedObjects, openStorage, type ObjectStorage } from '@jobstream/storage';
import { ThumbnailHandler } from './thumbnail.handler.js';

const photograph = readFileSync(new URL('../../../tools/stack/assets/photo.jpg', import.meta.url));
/** A PNG of one grey pixel. */
const dot = Buffer.from(
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNoAAAAggCBd81ytgAAAABJRU5ErkJggg==',
  'base64',
);

describe('image.thumbnail', () => {
  const renderers = new Renderers();
  const server = createServer((request, response) => {
    const status = Number(request.url!.slice(1));
    if (status === 200) response.end(dot);
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

  it('stores the thumbnail of a photograph and tells where, how large and with which hash', async () => {
    await upload('Photo-1', photograph);

    const result = await run({ imageId: 'Photo-1', fit: 'inside' });

    const stored = await storage.get('thumbs/Photo-1/300x300-inside');
    const bytes = await buffer(stored!.body);
    expect(result).toEqual({
      key: 'thumbs/Photo-1/300x300-inside',
      width: 300,
      height: 225,
      bytes: bytes.length,
      contentType: 'image/jpeg',
      sha256: createHash('sha256').update(bytes).digest('hex'),
    });
    expect(imageThumbnail.result.parse(result)).toEqual(result);
    expect(stored?.object).toMatchObject({ contentType: 'image/jpeg', sha256: result.sha256 });
  });

  it("takes the usual size under the image's own name, and does the same again", async () => {
    await upload('cat', dot);
    const first = await run({ imageId: 'cat' });
    expect(first).toMatchObject({ key: 'thumbs/cat', width: 300, height: 300 });
    expect(await run({ imageId: 'cat' })).toEqual(first);
  });

  it('reads an upload that is on its way out', async () => {
    await upload('old', dot);
    await new DiscardedObjects(storage).discard(uploadKey('old'), new Date(Date.now() + 60_000));
    expect(await run({ imageId: 'old' })).toMatchObject({ key: 'thumbs/old' });
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
      {
        reason: {
          code: 'image_not_found',
          retryable: false,
          message: expect.stringContaining('PUT /images/absent'),
        },
      },
      { reason: { code: 'image_unreadable', retryable: false } },
    ]);
    expect(await storage.head('thumbs/text')).toBeUndefined();
  });

  it('stores nothing once its time is over', async () => {
    await upload('late', dot);
    await expect(run({ imageId: 'late' }, AbortSignal.abort(new Error('over')))).rejects.toThrow('over');
    expect(await storage.head('thumbs/late')).toBeUndefined();
  });
});
