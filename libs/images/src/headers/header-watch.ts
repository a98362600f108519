import { readHeader, type ByteRange, type ImageHeader } from './image-size.js';

/** Reads the header of an image from its bytes as they stream by. It buffers only the bytes it needs next. */
export class HeaderWatch {
  private readonly reader = readHeader();
  private state: IteratorResult<ByteRange, ImageHeader | undefined> = this.reader.next();
  /** The bytes taken from `heldFrom` on, in order. */
  private held: Buffer[] = [];
  private heldFrom = 0;
  private heldCount = 0;

  /** Whether the header is read, or known to be unreadable. */
  get isDone(): boolean {
    return this.state.done === true;
  }

  /** The header; undefined while it is not read, and when the bytes are no image that is taken. */
  get header(): ImageHeader | undefined {
    return this.state.done ? this.state.value : undefined;
  }

  /** The bytes it buffers: at most the range it waits for, and one chunk. */
  get heldBytes(): number {
    return this.heldCount;
  }

  /** Takes the next bytes of the file. */
  take(bytes: Buffer): void {
    if (this.isDone) return;
    this.held.push(bytes);
    this.heldCount += bytes.length;
    this.advance(false);
  }

  /** The file has no more bytes. */
  end(): void {
    this.advance(true);
  }

  private advance(isEnd: boolean): void {
    while (!this.state.done) {
      const { from, length } = this.state.value;
      this.dropBefore(from);
      if (!isEnd && this.heldFrom + this.heldCount < from + length) return;
      const held = this.held.length === 1 ? this.held[0]! : Buffer.concat(this.held);
      this.held = [held];
      const start = from - this.heldFrom;
      this.state = this.reader.next(held.subarray(start, start + length));
    }
    this.held = [];
    this.heldCount = 0;
  }

  /** Drops the chunks that end before the range it needs. */
  private dropBefore(from: number): void {
    while (this.held.length > 0 && this.heldFrom + this.held[0]!.length <= from) {
      const { length } = this.held.shift()!;
      this.heldFrom += length;
      this.heldCount -= length;
    }
  }
}
