import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';

/** Compiled: it runs in a process of its own, where nothing else takes memory. */
const script = new URL('../../dist/ocr/recogniser.js', import.meta.url);

/** Reads a large page between two small ones; says how many MB the process has before and after it. */
const readPages = `
  import { setTimeout as sleep } from 'node:timers/promises';
  const { Recogniser } = await import(${JSON.stringify(script.href)});
  const recogniser = new Recogniser();
  const read = (width, height) =>
    recogniser.read({ width, height, pixels: new Uint8Array(width * height).fill(255) }, new AbortController().signal, () => {});
  const megabytes = async () => {
    await read(40, 30);
    gc();
    await sleep(100);
    gc();
    return process.memoryUsage().rss / 1e6;
  };
  const before = await megabytes();
  await read(3_400, 3_300);
  const after = await megabytes();
  await recogniser.onApplicationShutdown();
  console.log(JSON.stringify({ before, after }));
`;

describe('the recogniser', () => {
  it('gives back the memory that a large page took', async () => {
    const { stdout } = await promisify(execFile)(process.execPath, [
      '--expose-gc',
      '--input-type=module',
      '--eval',
      readPages,
    ]);
    const { before, after } = JSON.parse(stdout) as { before: number; after: number };
    // An engine that is kept keeps 90 MB of such a page.
    expect(after - before).toBeLessThan(60);
  });
});
