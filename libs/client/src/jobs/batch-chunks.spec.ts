import { describe, expect, it } from '@jest/globals';
import { maxBatchBytes, maxBodyValues } from '@jobstream/contracts';
import { chunkItems, type BatchChunk } from './batch-chunks.js';

async function chunk(items: Iterable<unknown>): Promise<BatchChunk[]> {
  const chunks: BatchChunk[] = [];
  for await (const each of chunkItems(items)) chunks.push(each);
  return chunks;
}

function valuesOf(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 1;
  return Object.values(value).reduce<number>((sum, part) => sum + valuesOf(part), 1);
}

describe('the chunks of a batch', () => {
  it('are empty for an empty batch', async () => expect(await chunk([])).toEqual([]));

  it('have at most 10,000 items, each once and in order', async () => {
    const chunks = await chunk(Array.from({ length: 20_001 }, (_, n) => n));
    expect(chunks.map(({ firstIndex, count }) => [firstIndex, count])).toEqual([
      [0, 10_000],
      [10_000, 10_000],
      [20_000, 1],
    ]);
    const all = chunks.flatMap(({ body }) => (JSON.parse(body) as { items: number[] }).items);
    expect(all).toEqual(Array.from({ length: 20_001 }, (_, n) => n));
  });

  it('have at most 32 MiB, by bytes and not by characters', async () => {
    const chunks = await chunk(Array.from({ length: 300 }, () => 'é'.repeat(100_000)));
    expect(chunks.reduce((sum, { count }) => sum + count, 0)).toBe(300);
    expect(Math.max(...chunks.map(({ body }) => Buffer.byteLength(body)))).toBeLessThanOrEqual(maxBatchBytes);
    expect(chunks.length).toBe(2);
  });

  it('have at most 500,000 values of any kind', async () => {
    const item = { list: Array(30).fill([{}, ',']), more: { a: true, b: null } };
    const chunks = await chunk(Array(9_999).fill(item));
    expect(chunks.reduce((sum, { count }) => sum + count, 0)).toBe(9_999);
    for (const { body } of chunks) expect(valuesOf(JSON.parse(body))).toBeLessThanOrEqual(maxBodyValues);
  });

  it('hold a larger item alone', async () => {
    const chunks = await chunk([1, 'x'.repeat(maxBatchBytes), 2]);
    expect(chunks.map(({ count }) => count)).toEqual([1, 1, 1]);
  });
});
