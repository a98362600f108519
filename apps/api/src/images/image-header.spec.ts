import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { openImage } from './image-header.js';

const photograph = readFileSync(new URL('../../../../tools/stack/assets/photo.jpg', import.meta.url));

function png(width: number, height: number): Buffer {
  const head = Buffer.from('89504e470d0a1a0a0000000d49484452', 'hex');
  const size = Buffer.alloc(8);
  size.writeUInt32BE(width, 0);
  size.writeUInt32BE(height, 4);
  return Buffer.concat([head, size, Buffer.from('080200000000000000', 'hex')]);
}

const webp = Buffer.concat([
  Buffer.from('RIFF'),
  Buffer.from('1a000000', 'hex'),
  Buffer.from('WEBPVP8L'),
  Buffer.from('0d0000002f00000010071011118888fe0700', 'hex'),
]);

async function* inChunks(bytes: Buffer, size: number): AsyncGenerator<Buffer> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function all(bytes: AsyncIterable<Buffer>): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of bytes) chunks.push(chunk);
  return Buffer.concat(chunks);
}

/** Opens it and reads it to its end. */
async function open(chunks: AsyncGenerator<Buffer>): Promise<Buffer> {
  return all((await openImage(chunks)).bytes);
}

describe('opening an image', () => {
  it.each([1, 7, 1_000, 65_536, 1 << 30])(
    'reads a photograph that comes by %i bytes, and loses none',
    async (size) => {
      const bytes = size < 7 ? photograph.subarray(0, 60_000) : photograph;
      const opened = await openImage(inChunks(bytes, size));
      expect(opened.contentType).toBe('image/jpeg');
      expect((await all(opened.bytes)).equals(bytes)).toBe(true);
      expect(opened.header()).toEqual({ content_type: 'image/jpeg', width: 1_200, height: 1_600 });
    },
  );

  it.each([
    ['png', png(400, 300), { content_type: 'image/png', width: 400, height: 300 }],
    [
      'a png of 256 megapixels',
      png(16_384, 16_384),
      { content_type: 'image/png', width: 16_384, height: 16_384 },
    ],
    ['webp', webp, { content_type: 'image/webp', width: 1, height: 1 }],
  ])('%s', async (_, bytes, expected) => {
    const opened = await openImage(inChunks(bytes, 5));
    await all(opened.bytes);
    expect(opened.header()).toEqual(expected);
  });

  it.each([
    ['nothing', Buffer.alloc(0)],
    ['a text', Buffer.from('hello')],
    ['SVG', Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="9" height="9"/>')],
    ['HEIC', Buffer.from('000000186674797068656963000000006d69663168656963', 'hex')],
    ['a JPEG that ends before its size', photograph.subarray(0, 100)],
    ['a PNG that ends before its size', png(4, 3).subarray(0, 18)],
    ['a PNG of no size', png(0, 3)],
    [
      'the first two bytes of a JPEG, then none',
      Buffer.concat([Buffer.from('ffd8', 'hex'), Buffer.alloc(50_000)]),
    ],
  ])('refuses %s', async (_, bytes) => {
    await expect(open(inChunks(bytes, 64))).rejects.toMatchObject({ code: 'unsupported_image' });
  });

  it('stops reading as soon as the bytes can not be an image', async () => {
    let read = 0;
    async function* endless(): AsyncGenerator<Buffer> {
      for (;;) yield Buffer.alloc(1_024, 'x', (read++, 'latin1'));
    }
    await expect(open(endless())).rejects.toMatchObject({ code: 'unsupported_image' });
    expect(read).toBe(1);
  });

  it('names HEIC and the remedy', async () => {
    const heic = Buffer.from('000000186674797068656963000000006d69663168656963', 'hex');
    await expect(open(inChunks(heic, 8))).rejects.toMatchObject({
      message: expect.stringMatching(/HEIC is not taken.*save the image as JPEG/),
    });
  });

  it('fails with the error of its source', async () => {
    async function* broken(): AsyncGenerator<Buffer> {
      yield photograph.subarray(0, 10);
      throw new Error('the client went away');
    }
    await expect(open(broken())).rejects.toThrow('the client went away');
  });
});
