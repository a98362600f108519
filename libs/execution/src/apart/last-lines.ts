const maxLength = 1_500;
const maxLines = 15;
/** What V8 writes as it runs out of memory takes some 3 KB. */
const keptBytes = 8_192;
/** Frames of a native stack: there are many of them, after the line that says why. */
const nativeFrame = /^ *\d+: 0x|^-+ Native stack trace -+$/;

/** The last lines that a process wrote, as text without control characters or native frames: at most 15, and 1,500 characters. */
export class LastLines {
  private kept = Buffer.alloc(0);

  add(chunk: Buffer): void {
    const all = Buffer.concat([this.kept, chunk.subarray(-keptBytes)]);
    // A copy: a part of a larger buffer would keep all of it.
    this.kept = Buffer.from(all.subarray(-keptBytes));
  }

  get text(): string {
    const lines = this.kept
      .toString('utf8')
      // What terminals obey is not to reach one by way of an error.
      .replace(/\u001b\[[0-9;]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '')
      .split('\n');
    return lines
      .filter((line) => line.trim() !== '' && !nativeFrame.test(line))
      .slice(-maxLines)
      .join('\n')
      .slice(-maxLength);
  }
}
