import type { Readable } from 'node:stream';
import { ProblemError } from './problem-error.js';

/** How much of a body is read. */
export interface BytesToRead {
  /** `Content-Length`; NaN where the request has none. */
  readonly declared: number;
  readonly most: number;
  /** Called with the length of each piece before it is kept; may throw. */
  onPiece(this: void, bytes: number): void;
}

/**
 * A whole body. One that is left in the middle can still be read on, and passed over.
 * @throws ProblemError `body_too_large`; whatever `onPiece` throws
 */
export async function readBytes(body: Readable, { declared, most, onPiece }: BytesToRead): Promise<Buffer> {
  if (declared > most) throw tooLarge();
  const pieces: Buffer[] = [];
  let length = 0;
  for await (const piece of body.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += piece.length;
    if (length > most) throw tooLarge();
    onPiece(piece.length);
    pieces.push(piece);
  }
  return Buffer.concat(pieces, length);
}

function tooLarge(): ProblemError {
  return new ProblemError('body_too_large', 'The body has more bytes than this route takes.');
}
