import { readFileSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { createServer } from 'node:http';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { PayloadOf } from '@jobstream/contracts';
import { inferenceOcr, uploadKey } from '@jobstream/jobs';
import { Downloader } from '@jobstream/downloads';
import { Renderers } from '@jobstream/images';
import { openStorage, type ObjectStorage } from '@jobstream/storage';
import { asTurnedAnimation, drawText, onPaper, onScreen } from '@jobstream/testing';
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
  const renderers = new Renderers();
  const server = createServer((_, response) => response.end(page));

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'jobstream-ocr-'));
    storage = await openStorage({ STORAGE_DIR: folder });
    await once(server.listen(0, '127.0.0.1'), 'listening');
    ({ port } = server.address() as AddressInfo);
    const downloader = new Downloader({ allowed: new Set([`127.0.0.1:${port}`]) });
    await recogniser.onModuleInit();
    handler = new OcrHandler(storage, downloader, renderers, recogniser);
  });
  afterAll(async () => {
    await recogniser.onApplicationShutdown();
    await renderers.onApplicationShutdown();
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
    ['text', Buffer.from('The log is the truth')],
    ['nothing', Buffer.alloc(0)],
    ['a page cut short', page.subarray(0, 20_000)],
    ['a BMP', Buffer.concat([Buffer.from('BM'), Buffer.alloc(200)])],
    ['a header that promises 256 megapixels', pngHeader(16_000, 16_000)],
    ['a PNG of which only the header is there', pngHeader(100, 100)],
  ])('does not retry %s', async (name, bytes) => {
    const source = await upload(name.replaceAll(' ', '-'), bytes);
    await expect(read(source)).rejects.toMatchObject({ retryable: false, code: 'image_unreadable' });
  });

  const left = [
    'The log is the truth, and the table is what follows from it: whoever reads the log from its beginning learns what happened, in which order, and why.',
    'A job changes state by exactly one record that is appended to Kafka, never by two writes that could disagree.',
  ].join(' ');
  const right = [
    'Goods remain the property of the seller until they are paid in full; invoices are due within thirty days.',
    'Any dispute is settled by the courts of the place where the seller has his office, whatever the buyer has written elsewhere.',
  ].join(' ');
  const twoColumns = () =>
    drawText({ width: 1_000, height: 560 }, [
      { text: left, left: 60, top: 60, width: 400 },
      { text: right, left: 540, top: 60, width: 400 },
    ]);

  it('reads one column after the other, on paper, on a screen, and turned in a transparent animation', async () => {
    const drawn = await twoColumns();
    for (const picture of [await onPaper(drawn), await onScreen(drawn), await asTurnedAnimation(drawn)]) {
      await storage.delete(uploadKey('columns'));
      const { text } = await read(await upload('columns', picture));
      expect(errorRate(text, `${left} ${right}`)).toBeLessThan(0.05);
    }
  });

  it.each(['7', 'Total', 'Invoice 2026-0417'])(
    'reads a picture with nothing on it but "%s"',
    async (words) => {
      const drawn = await drawText({ width: 400, height: 120 }, [
        { text: words, left: 40, top: 40, width: 320 },
      ]);
      expect(await read(await upload(`only-${words.length}`, await onPaper(drawn)))).toMatchObject({
        text: words,
      });
    },
  );

  it('finds nothing on an empty page, and says so', async () => {
    const empty = await onPaper(await drawText({ width: 400, height: 300 }, []));
    expect(await read(await upload('empty', empty))).toEqual({
      text: '',
      cut: false,
      confidence: 0,
      words: 0,
    });
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

/** Characters to change, to leave out and to put in, as a share of those that stand there (Levenshtein). */
function errorRate(found: string, expected: string): number {
  const [one, other] = [found, expected].map((text) => text.replace(/\s+/g, ' ').trim()) as [string, string];
  let row = Array.from({ length: other.length + 1 }, (_, nth) => nth);
  for (const [nth, character] of [...one].entries()) {
    const next = [nth + 1];
    for (let at = 1; at <= other.length; at++) {
      const kept = row[at - 1]! + (character === other[at - 1] ? 0 : 1);
      next.push(Math.min(kept, row[at]! + 1, next[at - 1]! + 1));
    }
    row = next;
  }
  return row.at(-1)! / other.length;
}

function pngHeader(width: number, height: number): Buffer {
  const chunk = Buffer.alloc(33);
  Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex').copy(chunk);
  chunk.writeUInt32BE(width, 16);
  chunk.writeUInt32BE(height, 20);
  chunk.set([8, 2, 0, 0, 0], 24);
  return chunk;
}
