import { maxRecordNesting } from '../limits.js';

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [...Buffer.from('"\\{}[]')];

/** Whether a JSON text nests deeper than {@link maxRecordNesting}. */
export function isTooDeep(json: Buffer | string): boolean {
  return nestsDeeper(json, maxRecordNesting);
}

/**
 * Whether arrays and objects of a JSON text lie in each other more than `most` deep. Runs over it once, which takes a tenth of
 * the time of a walk through what it says; a text too short to be so deep is not looked at.
 */
export function nestsDeeper(json: Buffer | string, most: number): boolean {
  if (json.length <= 2 * most) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const unit = typeof json === 'string' ? json.charCodeAt(at) : json[at];
    if (inString) {
      if (unit === backslash) at++;
      else if (unit === quote) inString = false;
    } else if (unit === quote) inString = true;
    else if (unit === openBrace || unit === openBracket) {
      if (++depth > most) return true;
    } else if (unit === closeBrace || unit === closeBracket) depth--;
  }
  return false;
}
