import { readHeader, type ByteRange, type ImageHeader } from './image-size.js';

/** Reads an image's header out of its bytes while they pass by, holding only those it needs next. */
export class HeaderWatch {
  private readonly reader = readHeader();
  private state: IteratorResult<ByteRange, ImageHeader | undefined> = this.reader.next();
  /** What was taken from `heldFrom` on, in order. */
  private held: Buffer[] = [];
  private heldFrom = 0;
  private heldCount = 0;

  /** Whether it is known what the header says. */
  get isDone(): boolean {
    return this.state.done === true;
  }

  /** What the header says; undefined while that is not known, and where the bytes are no image that is taken. */
  get header(): ImageHeader | undefined {
    return this.state.done ? this.state.value : undefined;
  }

  /** How many bytes it holds: at most those of the range it waits for, and one chunk. */
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

  /** Takes it that there are no more bytes. */
  end(): void {
    this.advance(true);
  }

  private advance(isEnd: boolean): void {
    while (!this.state.done) {
      const { from, length } = this.state.value;
      this.letGoBefore(from);
      if (!isEnd && this.heldFrom + this.heldCount < from + length) return;
      const held = this.held.length === 1 ? this.held[0]! : Buffer.concat(this.held);
      this.held = [held];
      const start = from - this.heldFrom;
      this.state = this.reader.next(held.subarray(start, start + length));
    }
    this.held = [];
    this.heldCount = 0;
  }

  /** Lets go of what is not asked for any more: whole chunks, and all where the range begins later. */
  private letGoBefore(from: number): void {
    while (this.held.length > 0 && this.heldFrom + this.held[0]!.length <= from) {
      const { length } = this.held.shift()!;
      this.heldFrom += length;
      this.heldCount -= length;
    }
  }
}
