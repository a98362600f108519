/** Waits for a promise, but not longer than `ms`; leaves no timer behind. Rejections of the promise are passed on. */
export async function waitAtMost(ms: number, promise: Promise<unknown>): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, Math.max(0, ms))));
  try {
    await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
