import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { access, mkdtemp, readdir, readFile, rm, truncate, utimes, writeFile } from 'node:fs/promises';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { PassThrough } from 'node:stream';
import { buffer } from 'node:stream/consumers';
import { describeObjectStorage } from '../object-storage.contract-spec.js';
import { openStorage } from '../storage-settings.js';

const open = (STORAGE_DIR: string) => openStorage({ STORAGE_DIR });
const newDirectory = () => mkdtemp(join(tmpdir(), 'jobstream-storage-'));
const text = { contentType: 'text/plain' };

describeObjectStorage('a disk', async () => {
  const directory = await newDirectory();
  return {
    storage: await open(join(directory, 'made', 'when-missing')),
    close: () => rm(directory, { recursive: true }),
  };
});

describe('a disk', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await newDirectory();
  });
  afterEach(() => rm(directory, { recursive: true }));

  const temporary = () => readdir(join(directory, 'temporary'));

  it('keeps objects across processes', async () => {
    await (await open(directory)).put('key', Buffer.from('kept'), text);
    const opened = await (await open(directory)).get('key');
    expect((await buffer(opened!.body)).toString()).toBe('kept');
  });

  it('loses no object that is put again while it is moved away', async () => {
    const storage = await open(directory);
    const body = Buffer.from('the bytes');
    const file = join(directory, 'objects', 'uploads', 'a,object');
    let moved = 0;
    // How long the move is begun after the put: about as long as it takes for either to be first.
    let lead = 1;
    for (let round = 0; round < 30; round += 1) {
      await storage.put('uploads/a', body, text);
      await utimes(file, 1, 1);
      const before = new Date(1_000_000);
      const put = storage.put('uploads/a', body, { ...text, ifAbsent: true });
      for (let looks = 0; looks < lead; looks += 1) await access(directory);
      const isMoved = await storage.move('uploads/a', 'discarded/a', before);
      if (isMoved) moved += 1;
      lead = isMoved ? lead * 2 : Math.ceil(lead / 2);
      await put;
      const listed = [];
      for await (const { key, modifiedAt } of storage.list('uploads/'))
        listed.push([key, modifiedAt.getTime() > before.getTime()]);
      expect(listed).toEqual([['uploads/a', true]]);
    }
    expect(moved).toBeGreaterThan(0);
    expect(moved).toBeLessThan(30);
  });

  it('stores files that viewers open: the bytes come first', async () => {
    const storage = await open(directory);
    await storage.put('uploads/Photo', Buffer.from('the bytes'), text);
    const file = await readFile(join(directory, 'objects', 'uploads', 'photo@10,object'));
    expect(file.subarray(0, 9).toString()).toBe('the bytes');
  });

  it('leaves no temporary file, whether a put succeeds or fails', async () => {
    const storage = await open(directory);
    const broken = new PassThrough();
    const failing = storage.put('b', broken, text);
    broken.write('some');
    broken.destroy(new Error('gone'));
    await expect(failing).rejects.toThrow('gone');
    await storage.put('a', Buffer.from('1'), { ...text, ifAbsent: true });
    await expect(storage.put('a', Buffer.from('2'), { ...text, ifAbsent: true })).rejects.toThrow(
      'other bytes',
    );
    expect(await temporary()).toEqual([]);
  });

  it('removes what dead processes left, and only that', async () => {
    const storage = await open(directory);
    const body = new PassThrough();
    const running = storage.put('slow', body, text);
    body.write('first half, ');
    const dead = spawnSync(process.execPath, ['--version']).pid;
    const names = {
      ofDeadProcess: `${dead}-abc-1@${hostname()}`,
      ofFormerProcessWithThisPid: `${process.pid}-abc-1@${hostname()}`,
      ofLiveProcess: `${process.ppid}-abc-1@${hostname()}`,
      ofAnotherHost: `1-abc-1@elsewhere`,
      longSilentOfAnotherHost: `1-abc-2@elsewhere`,
    };
    for (const name of Object.values(names)) await writeFile(join(directory, 'temporary', name), 'half');
    const longAgo = new Date(Date.now() - 2 * 60 * 60 * 1_000);
    await utimes(join(directory, 'temporary', names.longSilentOfAnotherHost), longAgo, longAgo);

    await open(directory);

    const left = await temporary();
    expect(left).toEqual(expect.arrayContaining([names.ofLiveProcess, names.ofAnotherHost]));
    expect(left).toHaveLength(3);
    body.end('second half');
    expect(await running).toMatchObject({ bytes: 23 });
  });

  it('tells which file holds an object, and what of it is not the object', async () => {
    const storage = await open(directory);
    const bytes = randomBytes(1_000);
    await storage.put('some/Key', bytes, text);
    const { file, body } = (await storage.get('some/Key'))!;
    body.destroy();
    const content = await readFile(file!.path);
    expect(content.subarray(0, -file!.trailingBytes)).toEqual(bytes);
  });

  it.each([100, 600])('reports a file cut to %i bytes as damaged', async (bytes) => {
    const storage = await open(directory);
    await storage.put('key', randomBytes(1_000), text);
    await truncate(join(directory, 'objects', 'key,object'), bytes);
    await expect(storage.get('key')).rejects.toMatchObject({ code: 'object_damaged', retryable: false });
    await expect(storage.head('key')).rejects.toMatchObject({ code: 'object_damaged' });
  });

  it('ignores files that are not ours', async () => {
    const storage = await open(directory);
    await storage.put('key', Buffer.from('1'), text);
    for (const name of ['.DS_Store', 'a@zz,object', 'a@ff,object', '@1,object', 'plain.jpg']) {
      await writeFile(join(directory, 'objects', name), 'x');
    }
    const keys = [];
    for await (const { key } of storage.list('')) keys.push(key);
    expect(keys).toEqual(['key']);
  });

  it('throws when its directory is gone or is a file', async () => {
    const storage = await open(join(directory, 'volume'));
    await rm(join(directory, 'volume'), { recursive: true });
    const unavailable = { code: 'storage_unavailable', retryable: true };
    await expect(storage.check()).rejects.toMatchObject(unavailable);
    await expect(storage.put('key', Buffer.from('1'), text)).rejects.toMatchObject(unavailable);
    await writeFile(join(directory, 'file'), '');
    await expect(open(join(directory, 'file'))).rejects.toMatchObject(unavailable);
  });
});

const canMount = process.getuid?.() === 0 && tryMount();
(canMount ? describe : describe.skip)('a full disk (needs the right to mount; SKIPPED without)', () => {
  let directory: string;
  beforeEach(async () => {
    directory = await newDirectory();
    expect(mount(directory).status).toBe(0);
  });
  afterEach(async () => {
    expect(spawnSync('umount', [directory]).status).toBe(0);
    await rm(directory, { recursive: true });
  });

  it('refuses what does not fit, keeps what was there, and works again once there is room', async () => {
    const storage = await open(directory);
    await storage.put('big', randomBytes(1_500_000), text);
    const before = await storage.head('big');

    await expect(storage.put('big', randomBytes(1_000_000), text)).rejects.toMatchObject({
      code: 'storage_full',
      retryable: true,
    });
    expect(await storage.head('big')).toEqual(before);
    expect(await readdir(join(directory, 'temporary'))).toEqual([]);

    await storage.delete('big');
    await storage.put('big', randomBytes(1_000_000), text);
    expect(await storage.head('big')).toMatchObject({ bytes: 1_000_000 });
  });

  it('is not ready while not one block is left', async () => {
    const storage = await open(directory);
    await writeFile(join(directory, 'filler'), Buffer.alloc(3_000_000)).catch(() => undefined);
    await expect(storage.check()).rejects.toMatchObject({ code: 'storage_full' });
    await rm(join(directory, 'filler'));
    await access(directory);
    await expect(storage.check()).resolves.toBeUndefined();
  });
});

function mount(directory: string) {
  return spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=2m', 'tmpfs', directory]);
}

function tryMount(): boolean {
  if (mount('/mnt').status !== 0) return false;
  spawnSync('umount', ['/mnt']);
  return true;
}
