import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { inferenceOcr, uploadKey, type PayloadOf } from '@jobstream/contracts';
import { Downloader } from '@jobstream/downloads';
import { openStorage, type ObjectStorage } from '@jobstream/storage';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { OcrHandler } from './ocr.handler.js';
import { Recogniser } from './ocr/recogniser.js';

/** A printed page, photographed askew in uneven light: made by e2e/photographed-page.ts. */
const page = readFileSync(new URL('../fixtures/page.jpg', import.meta.url));
const never = new AbortController().signal;

describe('inference.ocr', () => {
  let folder: string;
  let storage: ObjectStorage;
  let handler: OcrHandler;
  let port: number;
  const recogniser = new Recogniser();
  const server = createServer((_, response) => response.end(page));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobstream-ocr-'));
    storage = await openStorage({ STORAGE_DIR: folder });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
    const downloader = new Downloader({ allowed: new Set([`127.0.0.1:${port}`]) });
    await recogniser.onModuleInit();
    handler = new OcrHandler(storage, downloader, recogniser);
  });
  afterAll(async () => {
    await recogniser.onApplicationShutdown();
    await new Promise((resolve) => server.close(resolve));
    await rm(folder, { recursive: true });
  });

  function read(
    payload: PayloadOf<typeof inferenceOcr>,
    signal = never,
    progress: (value: unknown) => void = () => undefined,
  ) {
    return handler.handle(payload, { signal, progress });
  }

  async function upload(imageId: string, bytes: Uint8Array, contentType = 'image/jpeg') {
    await storage.put(uploadKey(imageId), bytes, { contentType });
    return { imageId };
  }

  it('reads a photographed page, telling how far it is', async () => {
    const percents: number[] = [];
    const result = await read(await upload('page', page), never, (value) =>
      percents.push((value as { percent: number }).percent),
    );
    expect(inferenceOcr.result.parse(result)).toMatchObject({ cut: false });
    for (const line of [
      'The log is the truth',
      'A job changes state by exactly one record that is',
      'Nothing is lost when a worker dies: its partition',
      'last commit stands. Invoice 2026-0417, total 1,284.50',
      'euros, payable within 30 days.',
    ]) {
      expect(result.text).toContain(line);
    }
    expect(result.confidence).toBeGreaterThan(80);
    expect(result.words).toBeGreaterThan(65);
    expect(percents.length).toBeGreaterThan(3);
    expect(percents).toEqual([...percents].sort((a, b) => a - b));
    expect(percents.at(-1)).toBe(100);
  });

  it('reads what a URL leads to, and reaches nothing that is not allowed', async () => {
    const { text } = await read({ url: `http://127.0.0.1:${port}/page.jpg` });
    expect(text).toContain('The log is the truth');
    await expect(read({ url: `http://127.0.0.2:${port}/` })).rejects.toMatchObject({
      retryable: false,
      code: 'url_refused',
    });
  });

  it.each([
    ['text', Buffer.from('The log is the truth'), 'image_unreadable'],
    ['nothing', Buffer.alloc(0), 'image_unreadable'],
    ['a page cut short', page.subarray(0, 20_000), 'image_unreadable'],
    ['a BMP', Buffer.concat([Buffer.from('BM'), Buffer.alloc(200)]), 'image_unreadable'],
    ['a header that promises 256 megapixels', pngHeader(16_000, 16_000), 'image_unreadable'],
    ['a PNG of which only the header is there', pngHeader(100, 100), 'image_unreadable'],
  ])('does not retry %s, and reads the next image as before', async (name, bytes, code) => {
    const source = await upload(name.replaceAll(' ', '-'), bytes);
    await expect(read(source)).rejects.toMatchObject({ name: 'NonRetryableError', code });
    expect((await read(await upload('page', page))).text).toContain('The log is the truth');
  });

  it('does not retry an image that is not there', async () => {
    await expect(read({ imageId: 'nobody' })).rejects.toMatchObject({
      name: 'NonRetryableError',
      code: 'image_not_found',
    });
  });

  it('stops at once when the attempt is over, and then reads the next image', async () => {
    const source = await upload('page', page);
    const abortion = new AbortController();
    const stopped = read(source, abortion.signal, () => abortion.abort(new Error('over')));
    const next = read(source);
    await expect(stopped).rejects.toThrow('over');
    expect((await next).text).toContain('The log is the truth');
  });

  it('starts nothing for an attempt that is over already', async () => {
    await expect(read(await upload('page', page), AbortSignal.abort(new Error('over')))).rejects.toThrow(
      'over',
    );
  });
});

function pngHeader(width: number, height: number): Buffer {
  const chunk = Buffer.alloc(33);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(chunk);
  chunk.writeUInt32BE(width, 16);
  chunk.writeUInt32BE(height, 20);
  chunk.set([8, 2, 0, 0, 0], 24);
  return chunk;
}
