/** An editor writes a file in several steps, and people save several files. */
const SETTLE_MS = 300;

/** Collects the files that change until they can be dealt with. */
export class ChangedFiles {
  private files = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private wake: () => void = () => undefined;

  /** Notes that a file has changed. */
  add(file: string): void {
    this.files.add(file);
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.wake(), SETTLE_MS);
  }

  /** The files changed since the last answer, once there are some and no more come. */
  async settled(): Promise<string[]> {
    if (this.files.size === 0) await new Promise<void>((resolve) => (this.wake = resolve));
    const files = [...this.files];
    this.files.clear();
    return files;
  }
}
