/** Gives a place at a gate back. */
export type LeaveGate = () => void;

/** A job that wants to start. */
export interface GatedJob {
  readonly id: string;
  readonly run: number;
}

/**
 * Holds the jobs of a type back before their handler is called: while what the handler needs is away, or taken. A job waits there
 * without a slot, and no attempt is counted.
 */
export interface StartGate {
  /**
   * Calls `admit` once the job may start: at once, or later; with what to call when its attempt has ended, or never began.
   * @returns what to call when the job waits no longer
   */
  enter(job: GatedJob, admit: (leave: LeaveGate) => void): () => void;
}
