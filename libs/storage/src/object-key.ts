import { InvalidKeyError } from './storage-errors.js';

/** Characters of a key, and of one of the parts that its slashes divide. */
export const maxKeyLength = 512;
export const maxKeyPartLength = 180;

const part = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/**
 * Checks a key: parts of letters, digits, `.`, `_` and `-`, each beginning with a letter or digit, joined by slashes.
 * So a key is never empty, absolute, hidden, or a way out of its directory.
 * @throws InvalidKeyError
 */
export function assertKey(key: string): void {
  if (key.length > maxKeyLength) throw new InvalidKeyError(key, `at most ${maxKeyLength} characters.`);
  for (const name of key.split('/')) {
    if (name.length > maxKeyPartLength) {
      throw new InvalidKeyError(key, `at most ${maxKeyPartLength} characters between two slashes.`);
    }
    if (!part.test(name)) {
      throw new InvalidKeyError(
        key,
        'use letters, digits, ".", "_" and "-", with a letter or digit first and after each slash.',
      );
    }
  }
}

/** Whether a text could be a key: see {@link assertKey}. */
export function isKey(text: string): boolean {
  if (text.length > maxKeyLength) return false;
  return text.split('/').every((name) => name.length <= maxKeyPartLength && part.test(name));
}

/** Checks the beginning of a key, as listings take it: empty, a key, or a key and a slash. @throws InvalidKeyError */
export function assertPrefix(prefix: string): void {
  if (prefix !== '') assertKey(prefix.replace(/\/$/, ''));
}

/** @throws TypeError when the text can't be kept as a content type. */
export function assertContentType(contentType: string): void {
  if (!/^[!-~][ -~]{0,99}$/.test(contentType)) {
    throw new TypeError(
      `Content type ${JSON.stringify(contentType)}: give 1 to 100 printable ASCII characters, e.g. image/jpeg.`,
    );
  }
}
