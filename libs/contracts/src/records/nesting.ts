import { maxRecordNesting } from '../limits.js';

const [quote, backslash, openBrace, closeBrace, openBracket, closeBracket] = [...Buffer.from('"\\{}[]')];

/** Whether a JSON text nests deeper than {@link maxRecordNesting}. */
export function isTooDeep(json: Buffer | string): boolean {
  return nestsDeeper(json, maxRecordNesting);
}

/**
 * Whether arrays and objects of a JSON text nest more than `maxDepth` deep. One pass over the text takes a tenth of the time of
 * a walk through its value; a text that is too short for this depth is not read at all.
 */
export function nestsDeeper(json: Buffer | string, maxDepth: number): boolean {
  if (json.length <= 2 * maxDepth) return false;
  let depth = 0;
  let inString = false;
  for (let at = 0; at < json.length; at++) {
    const unit = typeof json === 'string' ? json.charCodeAt(at) : json[at];
    if (inString) {
      if (unit === backslash) at++;
      else if (unit === quote) inString = false;
    } else if (unit === quote) inString = true;
    else if (unit === openBrace || unit === openBracket) {
      if (++depth > maxDepth) return true;
    } else if (unit === closeBrace || unit === closeBracket) depth--;
  }
  return false;
}
