import { ReplayError } from './replay-error.js';

/** The opaque text for "after this". */
export function encodeCursor(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * What a cursor of ours stands for.
 * @param isPlace whether that can be a place of this list
 * @throws ReplayError `invalid_request`
 */
export function decodeCursor<Place extends readonly (string | number)[]>(
  cursor: string,
  isPlace: (place: unknown) => place is Place,
): Place {
  const place = parse(Buffer.from(cursor, 'base64url').toString());
  if (isPlace(place) && encodeCursor(place) === cursor) return place;
  const detail = 'Take the `next` of the page before, as it was.';
  throw new ReplayError('invalid_request', 'The cursor is none.', [{ pointer: '/cursor', detail }]);
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
