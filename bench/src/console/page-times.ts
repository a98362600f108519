import type { VisitedPage } from '@jobstream/testing';

/** When a page of the console showed something, in milliseconds from the start of its loading. */
export interface PageTimes {
  /** Its menu is drawn. */
  readonly shellMs: number;
  /** What it is opened for is drawn. */
  readonly rowsMs: number;
}

const maxMs = 60_000;

/**
 * A script for a page, which notes when the menu and the first element of `selector` have been drawn. It looks once a picture, as a
 * person does: between two nobody sees anything.
 */
export function watchingScript(selector: string): string {
  return `globalThis.drawn = {};
    const wanted = { shellMs: 'nav a', rowsMs: ${JSON.stringify(selector)} };
    const look = () => {
      const there = Object.keys(wanted).filter((name) => !(name in drawn) && document.querySelector(wanted[name]));
      // A task that is begun within a frame runs once the frame has been drawn.
      if (there.length > 0) setTimeout(() => there.forEach((name) => (drawn[name] ??= performance.now())));
      if (Object.keys(drawn).length < 2) requestAnimationFrame(look);
    };
    requestAnimationFrame(look);`;
}

/** Waits until both are drawn. @throws when they are not within a minute */
export async function readTimes({ page }: VisitedPage): Promise<PageTimes> {
  const found = await page.waitForFunction(
    () => {
      const { drawn } = globalThis as unknown as { drawn: PageTimes };
      return Object.keys(drawn).length === 2 && drawn;
    },
    undefined,
    { timeout: maxMs, polling: 200 },
  );
  return (await found.jsonValue()) as PageTimes;
}
