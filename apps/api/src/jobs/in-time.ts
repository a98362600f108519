/** The answer to a question; undefined where there is none within so many milliseconds, or it fails. */
export async function inTime<Answer>(
  question: Promise<Answer>,
  patienceMs: number,
): Promise<Answer | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<undefined>((resolve) => {
    timer = setTimeout(resolve, patienceMs, undefined);
  });
  try {
    return await Promise.race([question.catch(() => undefined), late]);
  } finally {
    clearTimeout(timer);
  }
}
