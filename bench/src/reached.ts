/** A measurement that makes no progress for so long has failed. */
const patienceMs = 120_000;

/**
 * Resolves as soon as a count has reached `goal`, with the count.
 * @param everyMs how often it is looked
 * @throws when it does not grow for two minutes
 */
export async function reached(goal: number, count: () => Promise<number>, everyMs = 10): Promise<number> {
  let last = -1;
  let deadline = 0;
  for (;;) {
    const now = await count();
    if (now >= goal) return now;
    if (now > last) {
      last = now;
      deadline = performance.now() + patienceMs;
    } else if (performance.now() > deadline) {
      throw new Error(`Stands still at ${now} of ${goal}.`);
    }
    await new Promise((resolve) => setTimeout(resolve, everyMs));
  }
}
