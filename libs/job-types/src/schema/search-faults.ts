import type { JsonSchema } from '@jobstream/contracts';
import type { Fault } from '@jobstream/contracts/rest';
import { typesAt } from './types-at.js';

/** Where `search` names what no payload of the schema can have: a field that is not there, or one that holds no single value. */
export function faultsOfSearch(payload: JsonSchema, search: readonly string[] = []): Fault[] {
  return search.flatMap((path, index) => {
    const detail = faultOfPath(payload, path);
    return detail === undefined ? [] : [{ pointer: `/search/${index}`, detail }];
  });
}

function faultOfPath(payload: JsonSchema, path: string): string | undefined {
  const types = typesAt(payload, path.split('.'));
  if (types === undefined) return `The payload has no field "${path}".`;
  if (types === 'any' || [...types].some((type) => !['object', 'array', 'null'].includes(type)))
    return undefined;
  return `"${path}" holds no single value: name a field that holds text, a number, true or false.`;
}
