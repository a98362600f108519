import { closeSync, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { StringDecoder } from 'node:string_decoder';

const maxReadBytes = 256 * 1_024;
/** No person reads longer ones. */
const maxLineLength = 10_000;

/** Reads what is appended to a log file, line by line. */
export class LogFollower {
  private readonly buffer = Buffer.alloc(maxReadBytes);
  private decoder = new StringDecoder('utf8');
  private offset: number;
  private rest = '';

  /** @param file is followed from its present end; it need not be there yet */
  constructor(private readonly file: string) {
    this.offset = statSync(file, { throwIfNoEntry: false })?.size ?? 0;
  }

  /** The whole lines that have come since the last call; the very long ones cut. */
  read(): string[] {
    const lines = `${this.rest}${this.readText()}`.split('\n');
    this.rest = lines.pop()!.slice(0, maxLineLength);
    return lines.map((line) => line.slice(0, maxLineLength));
  }

  private readText(): string {
    let text = '';
    let descriptor: number | undefined;
    try {
      descriptor = openSync(this.file, 'r');
      // A log that was put aside begins anew.
      if (fstatSync(descriptor).size < this.offset) this.beginAnew();
      for (;;) {
        const bytes = readSync(descriptor, this.buffer, 0, maxReadBytes, this.offset);
        this.offset += bytes;
        text += this.decoder.write(this.buffer.subarray(0, bytes));
        if (bytes < maxReadBytes) return text;
      }
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw error;
      return text;
    } finally {
      if (descriptor !== undefined) closeSync(descriptor);
    }
  }

  private beginAnew(): void {
    this.offset = 0;
    this.rest = '';
    this.decoder = new StringDecoder('utf8');
  }
}
