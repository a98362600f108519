import { InvalidCursorError } from '@jobstream/contracts/rest';

/** Encodes a place in a list that is ordered by several values as an opaque cursor. */
export function encodePlace(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * Decodes the place of a cursor.
 * @param isPlace whether a value is a place of this list
 * @throws InvalidCursorError
 */
export function decodePlace<Place extends readonly (string | number)[]>(
  cursor: string,
  isPlace: (place: unknown) => place is Place,
): Place {
  const place = parse(Buffer.from(cursor, 'base64url').toString());
  if (isPlace(place) && encodePlace(place) === cursor) return place;
  throw new InvalidCursorError();
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
