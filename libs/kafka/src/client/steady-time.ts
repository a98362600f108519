/**
 * Milliseconds since 1970 as this machine had it when the process started, and as much later as has passed since: it never
 * jumps. For how long something lasts, and for times that stand beside this machine's log.
 */
export function steadyTime(): number {
  return performance.timeOrigin + performance.now();
}
