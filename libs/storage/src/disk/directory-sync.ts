import { open } from 'node:fs/promises';

/**
 * Forces directories to the disk for many at once. What was placed in a directory before a sync began is in that sync, so those
 * who ask while one runs share the next one.
 */
export class DirectorySync {
  private readonly running = new Map<string, Promise<void>>();
  private readonly next = new Map<string, Promise<void>>();

  /** @param sync forces one directory to the disk; replaced in tests */
  constructor(private readonly force: (directory: string) => Promise<void> = syncDirectory) {}

  /** Resolves once all that was placed in the directory before this call is on the disk. @throws what the file system does */
  async sync(directory: string): Promise<void> {
    const running = this.running.get(directory);
    if (running === undefined) return this.begin(directory);
    const shared = this.next.get(directory) ?? this.after(running, directory);
    this.next.set(directory, shared);
    return shared;
  }

  private async after(running: Promise<void>, directory: string): Promise<void> {
    await running.catch(() => undefined);
    this.next.delete(directory);
    return this.begin(directory);
  }

  private begin(directory: string): Promise<void> {
    const begun = this.force(directory).finally(() => this.running.delete(directory));
    this.running.set(directory, begun);
    return begun;
  }
}

/** Forces the entries of a directory to the disk. */
export async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
