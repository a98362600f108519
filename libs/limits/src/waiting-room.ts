/** Why a wait ended without admission: the job's partition or the worker is gone (`lost`), or the limits are others now (`changed`). */
export type NotAdmitted = 'lost' | 'changed';

interface Entrant<Pass> {
  readonly answer: (answer: Pass | NotAdmitted) => void;
}

/** The lines before limits, by the limit's id: first come, first served. */
export class WaitingRoom<Pass> {
  private readonly lines = new Map<string, Set<Entrant<Pass>>>();

  get size(): number {
    let size = 0;
    for (const line of this.lines.values()) size += line.size;
    return size;
  }

  /** Each limit with a line, and the length of that line. */
  *waiting(): Generator<readonly [id: string, count: number]> {
    for (const [id, { size }] of this.lines) yield [id, size];
  }

  isEmpty(id: string): boolean {
    return !this.lines.has(id);
  }

  /** @param gone ends the wait, as `lost` */
  wait(id: string, gone: AbortSignal): Promise<Pass | NotAdmitted> {
    return new Promise((resolve) => {
      if (gone.aborted) return resolve('lost');
      const leave = () => {
        this.remove(id, entrant);
        resolve('lost');
      };
      const entrant: Entrant<Pass> = {
        answer: (answer) => {
          gone.removeEventListener('abort', leave);
          resolve(answer);
        },
      };
      gone.addEventListener('abort', leave);
      const line = this.lines.get(id);
      if (line === undefined) this.lines.set(id, new Set([entrant]));
      else line.add(entrant);
    });
  }

  /** Gives the pass to the first in line. @returns false when the line is empty */
  admit(id: string, pass: Pass): boolean {
    for (const entrant of this.lines.get(id) ?? []) {
      this.remove(id, entrant);
      entrant.answer(pass);
      return true;
    }
    return false;
  }

  /** Ends all waits without a pass. */
  dismiss(why: NotAdmitted): void {
    const lines = [...this.lines.values()];
    this.lines.clear();
    for (const line of lines) for (const { answer } of line) answer(why);
  }

  private remove(id: string, entrant: Entrant<Pass>): void {
    const line = this.lines.get(id);
    line?.delete(entrant);
    if (line?.size === 0) this.lines.delete(id);
  }
}
