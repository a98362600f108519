import { disableTypes, imageSize, types } from 'image-size';
import type { UploadedImage } from '@jobstream/contracts';
import { ProblemError } from '../http/problem-error.js';

/** What the first bytes of an image say. */
export type ImageHeader = Pick<UploadedImage, 'content_type' | 'width' | 'height'>;

const contentTypes = { jpg: 'image/jpeg', png: 'image/png', webp: 'image/webp' } as const;

// Parsers of formats that are not taken never see a byte.
disableTypes(types.filter((type) => !Object.hasOwn(contentTypes, type)));

/** What a JPEG may carry before its size: profiles and previews come first. */
const mostHeaderBytes = 4 * 1024 * 1024;

/** Of fewer bytes the library makes up what is not there. The smallest whole images are longer. */
const leastHeaderBytes = 30;

/** An image whose header was read; `bytes` are all of it, from the first. */
export interface OpenedImage {
  readonly header: ImageHeader;
  readonly bytes: AsyncIterable<Buffer>;
}

/**
 * Reads as much of an image as it takes to know what it is.
 * @throws ProblemError `unsupported_image`, and whatever the chunks end with
 */
export async function openImage(chunks: AsyncIterator<Buffer>): Promise<OpenedImage> {
  let head: Buffer = Buffer.alloc(0);
  let tryAt = 1;
  for (;;) {
    const next = await chunks.next();
    if (!next.done) head = head.length === 0 ? next.value : Buffer.concat([head, next.value]);
    const whole = next.done === true || head.length >= mostHeaderBytes;
    if (whole || head.length >= tryAt) {
      const header = readHeader(head);
      if (header) return { header, bytes: join(head, chunks) };
      if (whole || isHopeless(head)) throw unsupported();
      tryAt = head.length * 2;
    }
  }
}

async function* join(head: Buffer, chunks: AsyncIterator<Buffer>): AsyncGenerator<Buffer> {
  yield head;
  for (;;) {
    const next = await chunks.next();
    if (next.done) return;
    yield next.value;
  }
}

function readHeader(head: Buffer): ImageHeader | undefined {
  if (head.length < leastHeaderBytes) return undefined;
  try {
    // A copy of its own: the library reads past the end of a view, into whatever lies behind it in memory.
    const { type, width, height } = imageSize(Uint8Array.from(head));
    const content_type = contentTypes[type as keyof typeof contentTypes];
    return width > 0 && height > 0 ? { content_type, width, height } : undefined;
  } catch {
    return undefined;
  }
}

/** Whether more bytes can't make it an image: none of the three begins like this. */
function isHopeless(head: Buffer): boolean {
  if (head.length < 12) return false;
  const isJpeg = head.readUInt16BE(0) === 0xffd8;
  const isPng = head.readUInt32BE(0) === 0x89504e47;
  const isWebp = head.toString('latin1', 0, 4) === 'RIFF' && head.toString('latin1', 8, 12) === 'WEBP';
  return !isJpeg && !isPng && !isWebp;
}

function unsupported(): ProblemError {
  return new ProblemError('unsupported_image', 'The bytes do not begin as a JPEG, PNG or WebP image does.');
}
