/**
 * Rejects when something takes longer than it may. It goes on all the same: who asked must be able to live with that.
 * @param what for the error
 */
export async function withinMinutes<Result>(
  minutes: number,
  what: string,
  act: () => Promise<Result>,
): Promise<Result> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(new Error(`${what} took longer than ${minutes} minutes.`)),
      minutes * 60_000,
    );
  });
  try {
    return await Promise.race([act(), late]);
  } finally {
    clearTimeout(timer);
  }
}
