/** Bounds what a producer holds. Callers wait in line, until a deadline, while it is full. */
export class SendRoom {
  private records = 0;
  private bytes = 0;
  private onceEmpty: (() => void)[] = [];
  private readonly line: { bytes: number; enter: (entered: boolean) => void; deadline: number }[] = [];

  constructor(
    readonly maxRecords: number,
    readonly maxBytes: number,
  ) {}

  get isEmpty(): boolean {
    return this.records === 0;
  }

  /** Resolves once it holds nothing and nothing waits in line. */
  async whenEmpty(): Promise<void> {
    if (!this.isEmpty) await new Promise<void>((resolve) => this.onceEmpty.push(resolve));
  }

  /** Takes room for a record, unless it is full or others wait in line. */
  tryEnter(bytes: number): boolean {
    if (this.isFull || this.line.length > 0) return false;
    this.take(bytes);
    return true;
  }

  /** Resolves with true once room is taken, with false when `deadline` (see `expire`) came first. */
  waitToEnter(bytes: number, deadline: number): Promise<boolean> {
    return new Promise((enter) => this.line.push({ bytes, enter, deadline }));
  }

  leave(bytes: number): void {
    this.records -= 1;
    this.bytes -= bytes;
    while (this.line.length > 0 && !this.isFull) {
      const next = this.line.shift()!;
      this.take(next.bytes);
      next.enter(true);
    }
    if (this.isEmpty) for (const resolve of this.onceEmpty.splice(0)) resolve();
  }

  /** Turns away callers that have waited past their deadline. @returns whether others still wait */
  expire(now: number): boolean {
    while (this.line.length > 0 && this.line[0]!.deadline <= now) this.line.shift()!.enter(false);
    return this.line.length > 0;
  }

  private get isFull(): boolean {
    return this.records >= this.maxRecords || this.bytes >= this.maxBytes;
  }

  private take(bytes: number): void {
    this.records += 1;
    this.bytes += bytes;
  }
}
