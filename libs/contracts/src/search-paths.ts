import { z } from 'zod';
import { isPayloadPath } from './payload-path.js';

/** Paths that a job type can declare in `search`: each costs every job of the type an entry of an index. */
export const maxSearchPaths = 8;

/** Postgres takes such a name for a place in a list. */
const place = /^\s*[-+]?\d+\s*$/;

/** Half of a surrogate pair: Postgres can not keep it. */
const half = /[\ud800-\udfff]/u;

/** Why a path can not be searched by; undefined where it can. Whether payloads have such a field is another question. */
export function faultOfSearchPath(path: string): string | undefined {
  if (!isPayloadPath(path) || half.test(path))
    return `"${path}": write the names of fields, joined by dots: customer.id.`;
  return path.split('.').some((name) => place.test(name))
    ? `"${path}": name fields, not places in a list.`
    : undefined;
}

/** Why paths can not be declared together; undefined where they can. */
export function faultOfSearchPaths(paths: readonly string[]): string | undefined {
  if (paths.length > maxSearchPaths) return `A type has at most ${maxSearchPaths} paths to search by.`;
  return new Set(paths).size < paths.length ? 'A path is named twice.' : undefined;
}

const searchPathSchema = z.string().superRefine((path, context) => {
  const message = faultOfSearchPath(path);
  if (message !== undefined) context.addIssue({ code: 'custom', message });
});

/** What `search` of a job type may be. */
export const searchPathsSchema = z
  .array(searchPathSchema)
  .max(maxSearchPaths)
  .readonly()
  .superRefine((paths, context) => {
    const message = faultOfSearchPaths(paths);
    if (message !== undefined) context.addIssue({ code: 'custom', message });
  });
