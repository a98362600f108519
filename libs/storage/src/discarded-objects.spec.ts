import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { text as textOf } from 'node:stream/consumers';
import { DiscardedObjects } from './discarded-objects.js';
import type { ObjectStorage } from './object-storage.js';
import { openStorage } from './storage-settings.js';

const text = { contentType: 'text/plain' };
const later = () => new Date(Date.now() + 60_000);

describe('a discarded object', () => {
  let directory: string;
  let storage: ObjectStorage;
  let discarded: DiscardedObjects;
  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'jobstream-discarded-'));
    storage = await openStorage({ STORAGE_DIR: directory });
    discarded = new DiscardedObjects(storage);
    await storage.put('uploads/a', Buffer.from('first'), text);
    expect(await discarded.discard('uploads/a', later())).toBe(true);
  });
  afterEach(() => rm(directory, { recursive: true }));

  const read = async (key: string) => {
    const opened = await discarded.open(key);
    return opened && textOf(opened.body);
  };
  const listed = async () => {
    const keys: string[] = [];
    for await (const { key } of discarded.list()) keys.push(key);
    return keys;
  };

  it('is out of its place, and opens by its old key all the same', async () => {
    expect(await storage.head('uploads/a')).toBeUndefined();
    expect(await listed()).toEqual(['uploads/a']);
    expect(await read('uploads/a')).toBe('first');
    expect(await discarded.discard('uploads/a', later())).toBe(false);
  });

  it('is restored by a reader who looks for it', async () => {
    expect(await discarded.find('uploads/a')).toMatchObject({ bytes: 5, contentType: 'text/plain' });
    expect(await storage.head('uploads/a')).toBeDefined();
    expect(await listed()).toEqual([]);
    expect(await discarded.restore('uploads/a')).toBe(false);
  });

  it('does not come back over what was put in its place', async () => {
    await storage.put('uploads/a', Buffer.from('second'), { ...text, ifAbsent: true });
    expect(await read('uploads/a')).toBe('second');
    expect(await discarded.restore('uploads/a')).toBe(true);
    expect(await read('uploads/a')).toBe('second');
    expect(await listed()).toEqual([]);
  });

  it('is gone once it is purged', async () => {
    await discarded.purge('uploads/a');
    expect(await read('uploads/a')).toBeUndefined();
    expect(await discarded.find('uploads/a')).toBeUndefined();
  });

  it('opens at any time while it is discarded and restored again and again', async () => {
    let isOver = false;
    const moving = (async () => {
      for (let round = 0; round < 50; round += 1) {
        await discarded.restore('uploads/a');
        await discarded.discard('uploads/a', later());
      }
      isOver = true;
    })();
    let misses = 0;
    while (!isOver) {
      const opened = await discarded.open('uploads/a');
      opened?.body.destroy();
      if (!opened) misses += 1;
    }
    await moving;
    expect(misses).toBe(0);
  });
});
