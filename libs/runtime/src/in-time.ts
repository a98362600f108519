/**
 * The answer to a question; undefined when it does not come within `timeoutMs`. Rejects as the question does. Leaves no timer
 * behind; a later answer is dropped.
 */
export async function inTime<Answer>(
  question: Promise<Answer>,
  timeoutMs: number,
): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, Math.max(0, timeoutMs), undefined);
  });
  try {
    return await Promise.race([question, late]);
  } finally {
    clearTimeout(timer);
  }
}
