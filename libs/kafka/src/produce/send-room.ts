/**
 * Bounds what a producer holds. Who finds it full waits in line until there is room or its time is up.
 */
export class SendRoom {
  private records = 0;
  private bytes = 0;
  private readonly line: { bytes: number; enter: (entered: boolean) => void; deadline: number }[] = [];

  constructor(
    readonly mostRecords: number,
    readonly mostBytes: number,
  ) {}

  get isEmpty(): boolean {
    return this.records === 0;
  }

  /** Takes room for a record if there is any and nobody is in line for it. */
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
  }

  /** Turns away who has waited past its deadline; answers whether somebody still waits. */
  expire(now: number): boolean {
    while (this.line.length > 0 && this.line[0]!.deadline <= now) this.line.shift()!.enter(false);
    return this.line.length > 0;
  }

  private get isFull(): boolean {
    return this.records >= this.mostRecords || this.bytes >= this.mostBytes;
  }

  private take(bytes: number): void {
    this.records += 1;
    this.bytes += bytes;
  }
}
