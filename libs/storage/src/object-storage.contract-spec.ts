import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createHash, randomBytes } from 'node:crypto';
import { PassThrough, Readable } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import type { ObjectStorage } from './object-storage.js';

/** What one test works on. */
export interface StorageUnderTest {
  /** Empty. */
  readonly storage: ObjectStorage;
  close(): Promise<void>;
}

const sha256 = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');
const text = { contentType: 'text/plain' };

/**
 * What every implementation of {@link ObjectStorage} has to do.
 * @param atomic whether what is under the storage decides at once between writers that race; a server that looks first and
 * writes then can only be tested with one after another
 */
export function describeObjectStorage(
  name: string,
  open: () => Promise<StorageUnderTest>,
  { atomic = true } = {},
): void {
  describe(`${name} as an object storage`, () => {
    let storage: ObjectStorage;
    let close: () => Promise<void>;

    beforeEach(async () => {
      const opened = await open();
      storage = opened.storage;
      close = () => opened.close();
    });

    afterEach(() => close());

    const read = async (key: string) => {
      const opened = await storage.get(key);
      return opened && { object: opened.object, body: await buffer(opened.body) };
    };
    // Jest's own comparison takes seconds over megabytes.
    const expectBytes = (found: Uint8Array | undefined, put: Uint8Array | undefined) =>
      expect(Buffer.compare(found!, put!)).toBe(0);
    const keys = async (prefix: string) => {
      const found: string[] = [];
      for await (const { key } of storage.list(prefix)) found.push(key);
      return found.sort();
    };

    const writtenAt = async (key: string) => {
      for await (const object of storage.list(key)) if (object.key === key) return object.modifiedAt;
      throw new Error(`There is no ${key}.`);
    };

    it('is ready', async () => {
      await expect(storage.check()).resolves.toBeUndefined();
    });

    it.each([0, 1, 70_000, 3_000_000])(
      'gives back the %i bytes it was given, from memory or a stream',
      async (bytes) => {
        const body = randomBytes(bytes);
        const object = { key: 'a/b', bytes, contentType: 'image/png', sha256: sha256(body) };
        const options = { contentType: 'image/png' };
        expect(await storage.put('a/b', body, options)).toEqual({ ...object, written: true });
        const found = await read('a/b');
        expect(found?.object).toEqual(object);
        expectBytes(found?.body, body);
        const streamed = { ...object, key: 'streamed' };
        expect(await storage.put('streamed', Readable.from([body]), options)).toEqual({
          ...streamed,
          written: true,
        });
        expectBytes((await read('streamed'))?.body, body);
        expect(await storage.head('streamed')).toEqual(streamed);
      },
    );

    it('knows nothing of what was never put', async () => {
      expect(await storage.get('missing')).toBeUndefined();
      expect(await storage.head('missing/too')).toBeUndefined();
      await expect(storage.delete('missing')).resolves.toBeUndefined();
      expect(await keys('')).toEqual([]);
    });

    it('replaces bytes and content type together', async () => {
      await storage.put('key', Buffer.from('old and longer'), text);
      await storage.put('key', Buffer.from('new'), { contentType: 'text/html' });
      const found = await read('key');
      expect(found?.body.toString()).toBe('new');
      expect(found?.object).toMatchObject({ bytes: 3, contentType: 'text/html' });
    });

    it('lets a reader finish the object it opened while another takes its place', async () => {
      const old = randomBytes(2_000_000);
      await storage.put('key', old, text);
      const opened = await storage.get('key');
      await storage.put('key', Buffer.from('new'), text);
      expectBytes(await buffer(opened!.body), old);
    });

    it('shows readers only whole objects while writers race', async () => {
      const bodies = [randomBytes(10), randomBytes(500_000), randomBytes(40_000)];
      await storage.put('key', bodies[0]!, text);
      const order = bodies.flatMap((body) => Array.from({ length: 4 }, () => body));
      const put = (body: Buffer) => storage.put('key', body, text);
      const writes = atomic ? Promise.all(order.map(put)) : await settleInTurn(order, put);
      for (let round = 0; round < 10; round += 1) {
        const found = await read('key');
        expect(found?.object.sha256).toBe(sha256(found!.body));
        expect(bodies.map(sha256)).toContain(found?.object.sha256);
      }
      await writes;
    });

    describe('ifAbsent', () => {
      const once = { ...text, ifAbsent: true };

      it('stores what is new, leaves equal bytes, refuses other bytes', async () => {
        const first = Buffer.from('first');
        expect(await storage.put('key', first, once)).toMatchObject({ written: true });
        expect(await storage.put('key', first, once)).toMatchObject({
          written: false,
          sha256: sha256(first),
        });
        await expect(storage.put('key', Buffer.from('other'), once)).rejects.toMatchObject({
          code: 'object_exists',
          retryable: false,
          existing: { key: 'key', bytes: 5, sha256: sha256(first) },
        });
        expect((await read('key'))?.body).toEqual(first);
      });

      it('lets exactly one of many win', async () => {
        const bodies = Array.from({ length: 20 }, () => randomBytes(1_000));
        const put = (body: Buffer) => storage.put('key', body, once);
        const results = atomic ? await Promise.allSettled(bodies.map(put)) : await settleInTurn(bodies, put);
        const won = results.flatMap((result, index) => (result.status === 'fulfilled' ? [index] : []));
        expect(won).toHaveLength(1);
        expectBytes((await read('key'))?.body, bodies[won[0]!]);
        for (const result of results) {
          if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'object_exists' });
        }
      });

      it('counts equal bytes as written now', async () => {
        const put = () => storage.put('key', Buffer.from('same'), once);
        await put();
        const first = await writtenAt('key');
        while ((await writtenAt('key')).getTime() === first.getTime()) await put();
        expect((await writtenAt('key')).getTime()).toBeGreaterThan(first.getTime());
        expect((await read('key'))?.object).toMatchObject({ bytes: 4, contentType: 'text/plain' });
      });

      it('stores again what was deleted', async () => {
        await storage.put('key', Buffer.from('first'), once);
        await storage.delete('key');
        expect(await storage.put('key', Buffer.from('other'), once)).toMatchObject({ written: true });
      });
    });

    describe('a put that fails', () => {
      it('takes maxBytes and not one more, and leaves what was there', async () => {
        const limited = { ...text, maxBytes: 1_000 };
        await storage.put('key', randomBytes(1_000), limited);
        const before = await storage.head('key');
        const endless = Readable.from(
          (async function* () {
            for (;;) yield randomBytes(300);
          })(),
        );
        await expect(storage.put('key', endless, limited)).rejects.toMatchObject({
          code: 'object_too_large',
          maxBytes: 1_000,
        });
        await expect(storage.put('fresh', randomBytes(1_001), limited)).rejects.toMatchObject({
          code: 'object_too_large',
        });
        expect(await storage.head('key')).toEqual(before);
        expect(await storage.head('fresh')).toBeUndefined();
        expect(await keys('')).toEqual(['key']);
        expect(endless.destroyed).toBe(false);
        endless.destroy();
      });

      it('passes on the error of a stream that breaks, and stores nothing', async () => {
        const body = new PassThrough();
        const put = storage.put('key', body, text);
        body.write(randomBytes(100_000));
        body.destroy(new Error('the client went away'));
        await expect(put).rejects.toThrow('the client went away');
        expect(await storage.head('key')).toBeUndefined();
      });

      it('refuses a content type that could not be a header', async () => {
        for (const contentType of ['', 'text/plain\r\nx: y', 'ä', 'x'.repeat(101)]) {
          await expect(storage.put('key', Buffer.from(''), { contentType })).rejects.toThrow(TypeError);
        }
      });
    });

    it('removes what is deleted, and nothing else', async () => {
      await storage.put('thumbs/a', Buffer.from('1'), text);
      await storage.put('thumbs/a/64x64-fill', Buffer.from('2'), text);
      await storage.delete('thumbs/a');
      expect(await keys('')).toEqual(['thumbs/a/64x64-fill']);
    });

    it('moves what was written before a time, over what is there, and nothing else', async () => {
      await storage.put('a/b', Buffer.from('first'), text);
      await storage.put('other/a', Buffer.from('in its place'), { contentType: 'text/html' });
      const at = (await writtenAt('a/b')).getTime();
      expect(await storage.move('a/b', 'other/a', new Date(at))).toBe(false);
      expect(await storage.move('missing', 'other/a', new Date(at + 60_000))).toBe(false);
      expect(await keys('')).toEqual(['a/b', 'other/a']);
      expect(await storage.move('a/b', 'other/a', new Date(at + 60_000))).toBe(true);
      expect(await keys('')).toEqual(['other/a']);
      const moved = await read('other/a');
      expect(moved?.body.toString()).toBe('first');
      expect(moved?.object).toMatchObject({ bytes: 5, contentType: 'text/plain' });
      expect((await writtenAt('other/a')).getTime()).toBeGreaterThanOrEqual(at);
    });

    it('tells keys apart that differ in letter case only', async () => {
      const names = ['img', 'Img', 'IMG', 'iMg', 'IMG/img', 'img/IMG', 'img.IMG', 'img-1', 'img.img'];
      for (const name of names) await storage.put(name, Buffer.from(name), text);
      for (const name of names) expect((await read(name))?.body.toString()).toBe(name);
      expect(await keys('')).toEqual([...names].sort());
    });

    it('lists by prefix, with sizes and times', async () => {
      const before = Date.now();
      for (const key of ['a', 'a/b', 'a/b/c', 'a-b', 'ab/c', 'Z']) {
        await storage.put(key, Buffer.from(key), text);
      }
      expect(await keys('')).toEqual(['Z', 'a', 'a-b', 'a/b', 'a/b/c', 'ab/c']);
      expect(await keys('a/')).toEqual(['a/b', 'a/b/c']);
      expect(await keys('a/b')).toEqual(['a/b', 'a/b/c']);
      expect(await keys('a')).toEqual(['a', 'a-b', 'a/b', 'a/b/c', 'ab/c']);
      expect(await keys('nothing/here')).toEqual([]);
      for await (const { key, bytes, modifiedAt } of storage.list('a/b')) {
        expect(bytes).toBe(key.length);
        // Storages keep whole seconds at worst, by a clock of their own.
        expect(Math.abs(modifiedAt.getTime() - before)).toBeLessThan(60_000);
      }
    });

    it('takes the longest key, and the longest part', async () => {
      const part = 'A'.repeat(180);
      const key = [part, part, 'A'.repeat(150)].join('/');
      await storage.put(key, Buffer.from('deep'), text);
      expect(await keys('A')).toEqual([key]);
      await expect(storage.head('a'.repeat(181))).rejects.toMatchObject({ code: 'invalid_key' });
      await expect(storage.head(`${key}A`)).rejects.toMatchObject({ code: 'invalid_key' });
    });

    it.each([
      '',
      '.',
      '..',
      '/',
      '/etc/passwd',
      'a//b',
      'a/',
      '../a',
      'a/../b',
      'a/..',
      './a',
      '.hidden',
      'a/.b',
      'a b',
      'a\\b',
      'a\0',
      'a\n',
      'a%2e',
      'ä',
      'a,object',
      'a@1',
      '-rf',
      'C:x',
      '~',
    ])('refuses %j as a key', async (key) => {
      const refused = { code: 'invalid_key', retryable: false };
      await expect(storage.put(key, Buffer.from('x'), text)).rejects.toMatchObject(refused);
      await expect(storage.get(key)).rejects.toMatchObject(refused);
      await expect(storage.head(key)).rejects.toMatchObject(refused);
      await expect(storage.delete(key)).rejects.toMatchObject(refused);
      await expect(storage.move(key, 'a', new Date())).rejects.toMatchObject(refused);
      await expect(storage.move('a', key, new Date())).rejects.toMatchObject(refused);
      if (key !== '' && key !== 'a/') await expect(keys(key)).rejects.toMatchObject(refused);
    });
  });
}

async function settleInTurn<Item, Result>(
  items: readonly Item[],
  work: (item: Item) => Promise<Result>,
): Promise<PromiseSettledResult<Result>[]> {
  const settled: PromiseSettledResult<Result>[] = [];
  for (const item of items) settled.push(...(await Promise.allSettled([work(item)])));
  return settled;
}
