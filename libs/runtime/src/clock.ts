/** Where a part takes the time from. Never this machine's own clock where anything is due, expires or is dated by it. */
export interface Clock {
  /** Milliseconds since 1970. */
  now(): number;
}
