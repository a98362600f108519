import { z } from 'zod';
import type { StoredObject } from '../object-storage.js';

/**
 * The footer behind an object's bytes in the same file: content type and hash as JSON, padded to a fixed length, and a
 * mark. One rename so publishes bytes and metadata together, and image and PDF viewers still open the file.
 */
export const footerBytes = 512;

const mark = '\njobstream-object-1\n';
const shape = z.object({ contentType: z.string(), sha256: z.string() });

/** The footer of an object. */
export function encodeFooter({ contentType, sha256 }: Pick<StoredObject, 'contentType' | 'sha256'>): Buffer {
  const json = JSON.stringify({ contentType, sha256 });
  return Buffer.from(`\n${json.padEnd(footerBytes - 1 - mark.length)}${mark}`, 'latin1');
}

/** Reads a footer; undefined where the bytes are none. */
export function decodeFooter(footer: Buffer): Pick<StoredObject, 'contentType' | 'sha256'> | undefined {
  const text = footer.toString('latin1');
  if (text.length !== footerBytes || !text.endsWith(mark)) return undefined;
  try {
    return shape.parse(JSON.parse(text.slice(0, -mark.length)));
  } catch {
    return undefined;
  }
}
