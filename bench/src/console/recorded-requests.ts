import type { SentRequest } from '@jobstream/testing';

/** What an open page of the console asks for, to be asked for again and again. */
export interface ConsoleRequests {
  /** Once, when it is opened. */
  readonly once: readonly string[];
  /** In each period: the path, and the milliseconds from its begin. */
  readonly repeated: readonly { readonly path: string; readonly atMs: number }[];
  readonly periodMs: number;
  /** When the period began, in milliseconds since 1970: times in paths are shifted with it. */
  readonly recordedAt: number;
}

/**
 * What was recorded of a real page as a load. What was asked for more than once is repeated; its stream and what it read once are not.
 * Files of the page are left out: a browser keeps them.
 * @param began when the period began, by the clock of `requests`
 */
export function asConsoleRequests(
  requests: readonly SentRequest[],
  { began, periodMs, recordedAt }: { began: number; periodMs: number; recordedAt: number },
): ConsoleRequests {
  const asked = requests
    .filter(({ url, at }) => new URL(url).pathname.startsWith('/v1/') && at < began + periodMs)
    .map(({ url, at }) => ({ ...partsOf(url), atMs: Math.max(at - began, 0) }));
  const times = (route: string) => asked.filter((each) => each.route === route).length;
  return {
    once: asked.filter(({ route }) => times(route) === 1).map(({ path }) => path),
    repeated: asked.filter(({ route }) => times(route) > 1).map(({ path, atMs }) => ({ path, atMs })),
    periodMs,
    recordedAt,
  };
}

/** The route tells apart what is asked for, whatever the times in it. */
function partsOf(url: string): { readonly path: string; readonly route: string } {
  const { pathname, search, searchParams } = new URL(url);
  const names = [...searchParams].map(([name, value]) => (isTime(value) ? name : `${name}=${value}`));
  return { path: `${pathname}${search}`, route: `${pathname} ${names.join(' ')}` };
}

/** Times that are rounded stay so: pages that round alike ask for the same. */
const roundings = [3_600_000, 60_000, 10_000, 1_000, 1];

/** A path with each time in its query so much later. */
export function shiftTimes(path: string, byMs: number): string {
  const url = new URL(path, 'http://localhost');
  for (const [name, value] of [...url.searchParams])
    if (isTime(value)) url.searchParams.set(name, shiftTime(value, byMs));
  return `${url.pathname}${url.search}`;
}

function shiftTime(time: string, byMs: number): string {
  const ms = Date.parse(time);
  const rounding = roundings.find((each) => ms % each === 0)!;
  return new Date(ms + byMs - (byMs % rounding)).toISOString();
}

function isTime(value: string): boolean {
  return /^\d{4}-\d{2}-\d{2}T[\d:.]+Z$/.test(value);
}
