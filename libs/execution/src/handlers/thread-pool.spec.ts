import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { ThreadPool } from './thread-pool.js';

const script = `
export default async function work({ kind, n }) {
  if (kind === 'double') return n * 2;
  if (kind === 'fail') throw new Error('no');
  if (kind === 'exit') process.exit(3);
  if (kind === 'hoard') { const all = []; for (;;) all.push(new Array(100000).fill(n)); }
  for (;;) Math.sqrt(n);
}`;

describe('ThreadPool', () => {
  let folder: string;
  let url: URL;
  const pool = new ThreadPool({ maxThreads: 1, heapMiB: 32 });
  const run = (kind: string, signal = new AbortController().signal) =>
    pool.run<number>({ script: url, input: { kind, n: 21 } }, signal);

  beforeAll(async () => {
    folder = await mkdtemp(join(tmpdir(), 'threads-'));
    await writeFile(join(folder, 'work.mjs'), script);
    url = pathToFileURL(join(folder, 'work.mjs'));
  });
  afterAll(async () => {
    await pool.close();
    await rm(folder, { recursive: true });
  });

  it('runs a function in a thread', async () => {
    await expect(run('double')).resolves.toBe(42);
  });

  it('rejects with the error of the function', async () => {
    await expect(run('fail')).rejects.toThrow('no');
  });

  it('ends a spinning thread when the signal aborts, and continues with another', async () => {
    const controller = new AbortController();
    const spinning = run('spin', controller.signal);
    setTimeout(() => controller.abort(), 50);
    await expect(spinning).rejects.toMatchObject({ name: 'AbortError' });
    await expect(run('double')).resolves.toBe(42);
  });

  it.each(['exit', 'hoard'])('fails only its task when a thread dies by %s', async (kind) => {
    await expect(run(kind)).rejects.toThrow();
    await expect(run('double')).resolves.toBe(42);
  });
});
