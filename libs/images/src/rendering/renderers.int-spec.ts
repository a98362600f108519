import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setImmediate as nextTurnOfTheLoop } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import sharp from 'sharp';
import type { ThumbnailOrder } from './render-order.js';
import { Renderer } from './renderer.js';
import { Renderers } from './renderers.js';

const never = new AbortController().signal;

async function orderOf(side: number): Promise<ThumbnailOrder<Uint8Array>> {
  const noise = { type: 'gaussian' as const, mean: 128, sigma: 30 };
  const image = await sharp({ create: { width: side, height: side, channels: 3, background: '#888', noise } })
    .png({ compressionLevel: 1 })
    .toBuffer();
  return { kind: 'thumbnail', image, width: 300, height: 300, fit: 'cover' };
}

describe('a rendering process', () => {
  let ended: boolean;
  let renderer: Renderer;
  beforeEach(() => {
    ended = false;
    renderer = new Renderer(20_000, () => (ended = true));
  });
  afterEach(() => renderer.end());

  it('answers one order after another', async () => {
    const order = await orderOf(500);
    for (const width of [10, 20]) {
      expect(await renderer.render({ ...order, width }, never)).toMatchObject({ width, height: 300 });
    }
    await expect(renderer.render({ ...order, image: Buffer.from('x') }, never)).rejects.toMatchObject({
      code: 'image_unreadable',
      retryable: false,
    });
    const page = await renderer.render({ kind: 'page', image: order.image }, never);
    expect(page).toMatchObject({ width: 500, height: 500 });
    expect(renderer.isOver).toBe(false);
  });

  it('is killed when its attempt is told to stop', async () => {
    const order = await orderOf(1_500);
    const abortion = new AbortController();
    const rendering = renderer.render(order, abortion.signal);
    abortion.abort(new Error('time is over'));
    await expect(rendering).rejects.toThrow('time is over');
    await renderer.end();
    expect(ended).toBe(true);
    expect(() => process.kill(renderer.pid!, 0)).toThrow('ESRCH');
  });

  it('fails only its own order when it dies', async () => {
    const order = await orderOf(1_500);
    const rendering = renderer.render(order, never);
    process.kill(renderer.pid!, 'SIGKILL');
    await expect(rendering).rejects.toMatchObject({
      code: 'renderer_died',
      message: expect.stringContaining('SIGKILL'),
    });
    await expect(renderer.render(order, never)).rejects.toMatchObject({ code: 'renderer_died' });
  });

  it('survives a Ctrl-C in the terminal, so that running work can finish', async () => {
    const order = await orderOf(500);
    await renderer.render(order, never);
    process.kill(renderer.pid!, 'SIGINT');
    process.kill(renderer.pid!, 'SIGTERM');
    expect(await renderer.render(order, never)).toMatchObject({ width: 300 });
  });
});

describe('the rendering processes of a worker', () => {
  it('read a file by themselves, without what stands behind the image', async () => {
    const renderers = new Renderers();
    const folder = await mkdtemp(join(tmpdir(), 'jobstream-renderers-'));
    try {
      const order = await orderOf(500);
      const path = join(folder, 'image');
      await writeFile(path, Buffer.concat([order.image, Buffer.alloc(512, 'x')]));
      const body = new Readable({ read: () => expect('the body').toBe('left alone') });
      const rendered = await renderers.render(
        { ...order, image: { body, file: { path, trailingBytes: 512 } } },
        never,
      );
      expect(rendered).toEqual(await renderers.render(order, never));
      expect(body.destroyed).toBe(true);
    } finally {
      await renderers.onApplicationShutdown();
      await rm(folder, { recursive: true });
    }
  });

  it('are given the bytes of a file that they can not read', async () => {
    const renderers = new Renderers();
    try {
      const order = await orderOf(500);
      const body = Readable.from([order.image.subarray(0, 99), order.image.subarray(99)]);
      const file = { path: '/nowhere/at/all', trailingBytes: 512 };
      expect(await renderers.render({ ...order, image: { body, file } }, never)).toMatchObject({
        width: 300,
      });
    } finally {
      await renderers.onApplicationShutdown();
    }
  });

  it('are no more than allowed: further images wait for their turn, or leave when they are told to stop', async () => {
    const renderers = new Renderers({ maxProcesses: 1 });
    try {
      const order = await orderOf(300);
      const seen: string[] = [];
      let release = () => undefined as void;
      const released = new Promise<void>((resolve) => (release = resolve));
      const imageGivenAfter = (given: Promise<void>, name: string) => ({
        body: new Readable({
          read() {
            seen.push(`${name} read`);
            void given.then(() => {
              this.push(order.image);
              this.push(null);
            });
          },
        }),
      });
      const abortion = new AbortController();
      const first = renderers.render({ ...order, image: imageGivenAfter(released, 'first') }, never);
      const second = renderers.render(order, abortion.signal);
      const third = renderers.render({ ...order, image: imageGivenAfter(released, 'third') }, never);
      abortion.abort(new Error('time is over'));
      await expect(second).rejects.toThrow('time is over');
      await nextTurnOfTheLoop();
      seen.push('first given');
      release();
      await Promise.all([first, third]);
      expect(seen).toEqual(['first read', 'first given', 'third read']);
    } finally {
      await renderers.onApplicationShutdown();
    }
  });

  it('refuse for good an image that takes too much processor time, and render the next one', async () => {
    const renderers = new Renderers({ processorMs: 300 });
    try {
      const large = { width: 7_000, height: 7_000, channels: 3 as const, background: '#369' };
      const image = await sharp({ create: large }).jpeg({ progressive: true }).toBuffer();
      // As many scans as are taken: each is a pass over 49 megapixels, for 70 bytes.
      const last = image.subarray(image.lastIndexOf('ffda', 'hex'), -2);
      const costly = Buffer.concat([
        image.subarray(0, -2),
        ...Array<Buffer>(85).fill(last),
        image.subarray(-2),
      ]);
      const order = await orderOf(100);
      await expect(renderers.render({ ...order, image: costly }, never)).rejects.toMatchObject({
        code: 'image_unreadable',
        retryable: false,
        message: expect.stringContaining('takes more than 0.3 s of a processor'),
      });
      expect(await renderers.render(order, never)).toMatchObject({ width: 300 });
    } finally {
      await renderers.onApplicationShutdown();
    }
  });

  it('render side by side, give equal bytes, and continue after one was killed', async () => {
    const renderers = new Renderers();
    try {
      const order = await orderOf(800);
      const four = await Promise.all(Array.from({ length: 4 }, () => renderers.render(order, never)));
      const [first] = four;
      for (const reply of four) expect(reply).toEqual(first);

      const abortion = new AbortController();
      const stopped = renderers.render(await orderOf(1_500), abortion.signal);
      abortion.abort(new Error('time is over'));
      await expect(stopped).rejects.toThrow('time is over');
      expect(await renderers.render(order, never)).toEqual(first);
    } finally {
      await renderers.onApplicationShutdown();
    }
  });
});
