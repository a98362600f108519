/** Who waits for a limit: a record whose partition may be lost meanwhile. */
export interface Entrant {
  isCurrent(): boolean;
}

/** Why who waited is let go without a pass: its partition was lost, or the limits are others now. */
export type Dismissal = 'lost' | 'changed';

interface Waiter<Pass> {
  readonly entrant: Entrant;
  readonly answer: (answer: Pass | Dismissal) => void;
}

/** The lines before limits, by the limit's id: first come, first served. */
export class WaitingRoom<Pass> {
  private readonly lines = new Map<string, Set<Waiter<Pass>>>();

  get size(): number {
    let size = 0;
    for (const line of this.lines.values()) size += line.size;
    return size;
  }

  /** The limits somebody waits for, and how many do. */
  *waiting(): Generator<readonly [id: string, count: number]> {
    for (const [id, { size }] of this.lines) yield [id, size];
  }

  isEmpty(id: string): boolean {
    return !this.lines.has(id);
  }

  wait(id: string, entrant: Entrant): Promise<Pass | Dismissal> {
    return new Promise((answer) => {
      let line = this.lines.get(id);
      if (line === undefined) this.lines.set(id, (line = new Set()));
      line.add({ entrant, answer });
    });
  }

  /** Gives the pass to whoever is first. @returns false where nobody waits */
  admit(id: string, pass: Pass): boolean {
    for (const waiter of this.lines.get(id) ?? []) {
      this.remove(id, waiter);
      if (!waiter.entrant.isCurrent()) {
        waiter.answer('lost');
        continue;
      }
      waiter.answer(pass);
      return true;
    }
    return false;
  }

  dismiss(why: Dismissal, concerns: (entrant: Entrant) => boolean): void {
    for (const [id, line] of this.lines) {
      for (const waiter of line) {
        if (!concerns(waiter.entrant)) continue;
        this.remove(id, waiter);
        waiter.answer(why);
      }
    }
  }

  private remove(id: string, waiter: Waiter<Pass>): void {
    const line = this.lines.get(id)!;
    line.delete(waiter);
    if (line.size === 0) this.lines.delete(id);
  }
}
