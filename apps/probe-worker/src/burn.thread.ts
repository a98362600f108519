/** Keeps a processor busy for `ms`; returns for how long it did. Runs in a thread. */
export default function burn(ms: number): number {
  const startedAt = performance.now();
  while (performance.now() - startedAt < ms) Math.sqrt(ms);
  return Math.round(performance.now() - startedAt);
}
