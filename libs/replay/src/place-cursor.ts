import { InvalidCursorError } from '@jobstream/contracts/rest';

/** A cursor of a list that is not ordered by one id alone: the opaque text for "after this place". */
export function encodePlace(place: readonly (string | number)[]): string {
  return Buffer.from(JSON.stringify(place)).toString('base64url');
}

/**
 * The place that a cursor stands for.
 * @param isPlace whether that can be a place of this list
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
