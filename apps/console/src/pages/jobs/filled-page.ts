import type { JobPage } from '@jobstream/contracts/rest';

/** For how long a page is filled before it is shown as it is, in ms. */
const patienceMs = 1_500;

/**
 * A page of so many jobs, where there are. The server looks for them for some milliseconds in a request: rare ones take many.
 * @param readPage a page from a cursor on, of so many jobs at most
 */
export async function readFilledPage(
  readPage: (cursor: string | undefined, limit: number) => Promise<JobPage>,
  limit: number,
  cursor: string | undefined,
  now: () => number = () => performance.now(),
): Promise<JobPage> {
  const giveUpAt = now() + patienceMs;
  let page = await readPage(cursor, limit);
  while (page.scannedTo !== null && now() < giveUpAt) {
    const further = await readPage(page.scannedTo, limit - page.items.length);
    page = { ...further, items: [...page.items, ...further.items] };
  }
  return page;
}
