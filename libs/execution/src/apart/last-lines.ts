const maxBytes = 1_500;
const maxLines = 15;

/** The last lines that a process wrote, as text without control characters: at most 15, and 1,500 bytes. */
export class LastLines {
  private kept = Buffer.alloc(0);

  add(chunk: Buffer): void {
    const all = Buffer.concat([this.kept, chunk.subarray(-2 * maxBytes)]);
    // A copy: a part of a larger buffer would keep all of it.
    this.kept = Buffer.from(all.subarray(-2 * maxBytes));
  }

  get text(): string {
    const lines = this.kept
      .subarray(-maxBytes)
      .toString('utf8')
      // What terminals obey is not to reach one by way of an error.
      .replace(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
      .split('\n');
    return lines
      .filter((line) => line.trim() !== '')
      .slice(-maxLines)
      .join('\n');
  }
}
