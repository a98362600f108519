/** A source of time. Never this machine's own clock where something is due, expires or is dated by it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
