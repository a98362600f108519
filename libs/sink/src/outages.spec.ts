import { describe, expect, it } from '@jest/globals';
import type { Logger } from '@jobstream/runtime';
import { Outages } from './outages.js';

function setUp({ isTransient = () => true }: { isTransient?: (error: unknown) => boolean } = {}) {
  const lines: string[] = [];
  const logger = {
    warn: (_: object, message: string) => lines.push(message),
    info: (message: string) => lines.push(message),
  };
  const stopping = new AbortController();
  const outages = new Outages(logger as unknown as Logger, stopping.signal, isTransient);
  return { outages, stopping, lines };
}

describe('an outage', () => {
  it('is outlasted, named while it lasts, and logged at its beginning and its end', async () => {
    const { outages, lines } = setUp();
    const troubles: (string | null)[] = [];
    const results = [new Error('away'), new Error('still away'), 42];
    const result = await outages.outlast('writing rows', async () => {
      troubles.push(outages.trouble);
      const next = results.shift();
      if (next instanceof Error) throw next;
      return next;
    });
    expect(result).toBe(42);
    expect(troubles).toEqual([null, 'writing rows: away', 'writing rows: still away']);
    expect(outages.trouble).toBeNull();
    expect(lines).toEqual(['writing rows failed: trying again', 'writing rows resumed']);
  });

  it('is not outlasted when another try cannot help', async () => {
    const { outages, lines } = setUp({ isTransient: () => false });
    const fails = async () => Promise.reject(new Error('refused'));
    await expect(outages.outlast('writing rows', fails)).rejects.toThrow('refused');
    expect(lines).toEqual([]);
  });

  it('is not waited for once the process stops, but work that succeeded counts', async () => {
    const { outages, stopping } = setUp();
    const succeeds = async () => {
      stopping.abort(new Error('The process stops.'));
      return 'written';
    };
    expect(await outages.outlast('writing rows', succeeds)).toBe('written');
    await expect(outages.outlast('writing rows', succeeds)).rejects.toThrow('The process stops.');
  });
});
