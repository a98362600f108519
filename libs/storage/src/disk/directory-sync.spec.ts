import { describe, expect, it } from '@jest/globals';
import { DirectorySync } from './directory-sync.js';

/** Syncs that end when they are told to. */
function held() {
  const begun: { directory: string; end(): void; fail(error: Error): void }[] = [];
  const sync = new DirectorySync(
    (directory) => new Promise((end, fail) => begun.push({ directory, end: () => end(), fail })),
  );
  return { begun, sync };
}

describe('the sync of a directory', () => {
  it('that is asked for while one runs begins after it, once for all who ask', async () => {
    const { begun, sync } = held();
    const first = sync.sync('a');
    const later = [sync.sync('a'), sync.sync('a')];
    expect(begun).toHaveLength(1);
    begun[0]!.end();
    await first;
    await Promise.resolve();
    expect(begun).toHaveLength(2);
    begun[1]!.end();
    await Promise.all(later);
    expect(begun).toHaveLength(2);
  });

  it('does not wait for that of another directory', () => {
    const { begun, sync } = held();
    void sync.sync('a');
    void sync.sync('b');
    expect(begun.map(({ directory }) => directory)).toEqual(['a', 'b']);
  });

  it('that fails fails for those who share it, and for nobody else', async () => {
    const { begun, sync } = held();
    const first = sync.sync('a');
    const later = [sync.sync('a'), sync.sync('a')];
    begun[0]!.fail(new Error('broken'));
    await expect(first).rejects.toThrow('broken');
    await Promise.resolve();
    begun[1]!.fail(new Error('still broken'));
    for (const each of later) await expect(each).rejects.toThrow('still broken');
    const last = sync.sync('a');
    begun[2]!.end();
    await last;
  });
});
