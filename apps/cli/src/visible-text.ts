/**
 * What a terminal obeys or hides instead of showing it: control characters but the line feed, line separators, and marks that turn
 * the direction of text.
 */
const unseen =
  /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/**
 * Text of others, safe to print: what a terminal would obey is written as JSON escapes it. So JSON stays the same JSON. Line feeds
 * stay.
 */
export function makeVisible(text: string): string {
  return text.replace(unseen, (each) => `\\u${each.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** The same in one line. */
export function inOneLine(text: string): string {
  return makeVisible(text).replaceAll('\n', '\\n');
}
