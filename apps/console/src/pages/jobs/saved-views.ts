import { filterFields, filterOf, type JobFilter } from './job-filter.js';

/** A filter under a name, with the columns that are shown of it. */
export interface SavedView {
  readonly name: string;
  readonly filter: JobFilter;
  /** As the URL has them; undefined for those that are shown anyway. */
  readonly columns?: string | undefined;
}

/** Views of one browser at most. */
export const maxViews = 50;
/** Characters of a name at most. */
export const maxNameLength = 60;

/** The views of a browser in which nobody has changed them. */
export const defaultViews: readonly SavedView[] = [
  { name: 'Failed in the last hour', filter: { since: '1h', q: 'state:dead_lettered,expired' } },
  {
    name: 'Running long',
    filter: { state: 'running', until: '10m' },
    columns: 'id,type,queue,started,attempt',
  },
  { name: 'Waiting', filter: { q: 'state:scheduled,queued,retrying' } },
];

/** Reads the views that a browser has kept. What is none of ours is left out, so that nothing in there can break the page. */
export function readViews(kept: string | null): readonly SavedView[] {
  if (kept === null) return defaultViews;
  try {
    const read: unknown = JSON.parse(kept);
    return Array.isArray(read) ? read.slice(0, maxViews).flatMap(viewOf) : defaultViews;
  } catch {
    return defaultViews;
  }
}

/** The text to keep of views; see {@link readViews}. */
export function writeViews(views: readonly SavedView[]): string {
  return JSON.stringify(views);
}

/** The views with another one. One of the same name is replaced at its place; where there are too many, the oldest goes. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const isKnown = views.some(({ name }) => name === view.name);
  if (isKnown) return views.map((each) => (each.name === view.name ? view : each));
  return [...views, view].slice(-maxViews);
}

/** Whether a view shows what is shown now. */
export function isShown(view: SavedView, filter: JobFilter, columns: string | undefined): boolean {
  const isSame = filterFields.every((field) => view.filter[field] === filter[field]);
  return isSame && view.columns === columns;
}

function viewOf(read: unknown): SavedView[] {
  if (typeof read !== 'object' || read === null) return [];
  const { name, filter, columns } = read as Record<string, unknown>;
  if (typeof name !== 'string' || name.trim() === '' || typeof filter !== 'object' || filter === null)
    return [];
  const texts = Object.entries(filter).filter(
    (entry): entry is [string, string] => typeof entry[1] === 'string',
  );
  return [
    {
      name: name.slice(0, maxNameLength),
      filter: filterOf(new URLSearchParams(texts)),
      ...(typeof columns === 'string' && { columns }),
    },
  ];
}
