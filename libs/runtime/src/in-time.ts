/**
 * The answer to a question; undefined where there is none within so many milliseconds. Rejects as the question does. Leaves no
 * timer behind; what comes too late is dropped.
 */
export async function inTime<Answer>(
  question: Promise<Answer>,
  patienceMs: number,
): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, patienceMs), undefined);
  });
  try {
    return await Promise.race([question, late]);
  } finally {
    clearTimeout(timer);
  }
}
