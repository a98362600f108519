import { signal } from '@preact/signals';

/** Where the console is: everything that a page shows follows from its URL. */
export interface Place {
  /** The page by its name in the URL: `jobs`; empty for the first one. */
  readonly page: string;
  /** What the page shows one of: a job's id, a queue's name. */
  readonly item: string | undefined;
  readonly query: URLSearchParams;
}

const root = '/console';

/** Reads a URL of the console. A part that is not percent-encoded UTF-8 stays as it is. */
export function readPlace({ pathname, search }: Pick<Location, 'pathname' | 'search'>): Place {
  const [, , page = '', item = ''] = pathname.split('/');
  const decode = (part: string) => {
    try {
      return decodeURIComponent(part);
    } catch {
      return part;
    }
  };
  return {
    page: decode(page),
    item: item === '' ? undefined : decode(item),
    query: new URLSearchParams(search),
  };
}

/**
 * The URL of a place. Parameters that are empty or undefined are left out. The time that is shown stays, unless `at` is given, also as
 * undefined.
 */
export function hrefOf(
  page: string,
  item?: string,
  query: Readonly<Record<string, string | undefined>> = {},
): string {
  const path = [root, page, item].filter((part) => part !== undefined && part !== '');
  const at = place.value.query.get('at') ?? undefined;
  const given = Object.entries({ ...query, ...(!('at' in query) && { at }) }).filter(
    (entry): entry is [string, string] => Boolean(entry[1]),
  );
  const search = given.length === 0 ? '' : `?${new URLSearchParams(given).toString()}`;
  return `${path.map((part, at) => (at === 0 ? part! : encodeURIComponent(part!))).join('/')}${search}`;
}

/** The place that is shown. */
export const place = signal<Place>(readPlace({ pathname: root, search: '' }));

/** Goes to a URL of the console. `replace` makes no step to come back from. */
export function go(href: string, { replace = false } = {}): void {
  const isSamePage = new URL(href, location.href).pathname === location.pathname;
  if (replace) history.replaceState(null, '', href);
  else history.pushState(null, '', href);
  place.value = readPlace(location);
  if (!isSamePage) scrollTo(0, 0);
}

/** Follows links within the console, and the browser's way back. */
export function followPlace(): void {
  place.value = readPlace(location);
  addEventListener('popstate', () => (place.value = readPlace(location)));
  document.addEventListener('click', (event) => {
    const link = (event.target as Element).closest?.('a');
    const isPlain =
      event.button === 0 && !event.metaKey && !event.ctrlKey && !event.shiftKey && !event.altKey;
    if (!link || !isPlain || event.defaultPrevented || link.target !== '' || link.hasAttribute('download'))
      return;
    if (link.origin !== location.origin || !`${link.pathname}/`.startsWith(`${root}/`)) return;
    event.preventDefault();
    go(link.href);
  });
}
