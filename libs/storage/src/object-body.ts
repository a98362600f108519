import { Readable } from 'node:stream';

const sliceBytes = 1024 * 1024;

/** The bytes of an object that is to be stored, in parts. A stream that is not read to its end stays open. */
export function chunksOf(
  body: Uint8Array | AsyncIterable<Uint8Array>,
): Iterable<Uint8Array> | AsyncIterable<Uint8Array> {
  if (body instanceof Uint8Array) return slicesOf(body);
  return body instanceof Readable ? body.iterator({ destroyOnReturn: false }) : body;
}

/** A stream that breaks before its first read must not bring the process down: the read then meets the error. */
export function holdError(body: Uint8Array | AsyncIterable<Uint8Array>): void {
  if (body instanceof Readable) body.once('error', () => undefined);
}

/** Big buffers are hashed and written in slices, so that neither holds up the event loop. */
function* slicesOf(bytes: Uint8Array): Generator<Uint8Array> {
  for (let at = 0; at < bytes.byteLength; at += sliceBytes) yield bytes.subarray(at, at + sliceBytes);
}
