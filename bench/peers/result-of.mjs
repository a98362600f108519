/** What the handlers of all peers return: the platform's probe returns the same. */
export function resultOf(attempt, { note }) {
  return { attempt, sleptMs: 0, cpuMs: 0, output: '', note };
}
