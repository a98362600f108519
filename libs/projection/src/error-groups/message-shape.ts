/** Characters of a message that are looked at: a worker of ours writes no more. */
const maxRead = 2_000;
/** Characters of a shape. */
const maxShape = 300;
/** A word this long is no word of a language: a token, a digest. */
const minTokenLength = 32;

/**
 * What a message says without what differs from job to job: quoted values, addresses, paths, numbers, ids and digests are each a `#`, as are
 * lists of them. Each step reads the text once, so that no message makes it slow.
 */
export function shapeOfMessage(message: string): string {
  return message
    .slice(0, maxRead)
    .replace(quoted, '#')
    .replace(/\S+/g, (word) => (isAddress(word) ? '#' : word))
    .replace(/[\p{L}\p{N}_-]+/gu, (word) => (isValue(word) ? '#' : word))
    .replace(/#(?:[\s,;:.+|-]*#)+/g, '#')
    .replace(/\s+/g, ' ')
    .trim()
    .slice(0, maxShape);
}

/** From a quote to the next of its kind. An apostrophe within a word is none. */
const quoted = /"[^"]*"|`[^`]*`|“[^“”]*”|«[^«»]*»|(?<![\p{L}\p{N}])'[^']*'(?![\p{L}\p{N}])/gu;

/** A path, a URL, an address of mail. */
function isAddress(word: string): boolean {
  return word.includes('/') || word.includes('\\') || word.includes('@');
}

function isValue(word: string): boolean {
  return word.length >= minTokenLength || /\p{N}/u.test(word);
}
