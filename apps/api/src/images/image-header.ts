import type { UploadedImage } from '@jobstream/contracts/rest';
import { contentTypes, formatOf, HeaderWatch, signatureBytes, whyNotTaken } from '@jobstream/images';
import { ProblemError } from '../http/problem-error.js';

/** Format and size of an image, from its header. */
export type ImageHeader = Pick<UploadedImage, 'content_type' | 'width' | 'height'>;

/** An image whose format is known by its first bytes. */
export interface OpenedImage {
  readonly contentType: UploadedImage['content_type'];
  /** All of it, from the first byte. Ends with a ProblemError `unsupported_image` where no size is found. */
  readonly bytes: AsyncIterable<Buffer>;
  /** Known once `bytes` are read: the header of a TIFF may stand at its end. */
  header(): ImageHeader;
}

/**
 * Reads as much of an image as it takes to know its format. The rest of its header is read while the bytes pass.
 * @throws ProblemError `unsupported_image`, and whatever the chunks end with
 */
export async function openImage(chunks: AsyncIterator<Buffer>): Promise<OpenedImage> {
  const head = await readHead(chunks);
  const format = formatOf(head);
  if (format === undefined) throw new ProblemError('unsupported_image', whyNotTaken(head));
  const contentType = contentTypes[format];
  const watch = new HeaderWatch();
  return {
    contentType,
    bytes: watchHeader(head, chunks, watch),
    header: () => {
      const { width, height } = watch.header!;
      return { content_type: contentType, width, height };
    },
  };
}

async function readHead(chunks: AsyncIterator<Buffer>): Promise<Buffer> {
  let head: Buffer = Buffer.alloc(0);
  while (head.length < signatureBytes) {
    const next = await chunks.next();
    if (next.done) break;
    head = Buffer.concat([head, next.value]);
  }
  return head;
}

/** Passes the bytes on, and ends as soon as they can't be an image. */
async function* watchHeader(
  head: Buffer,
  chunks: AsyncIterator<Buffer>,
  watch: HeaderWatch,
): AsyncGenerator<Buffer> {
  for (let bytes = head; ;) {
    watch.take(bytes);
    if (watch.isDone && watch.header === undefined) throw sizeless();
    yield bytes;
    const next = await chunks.next();
    if (next.done) break;
    bytes = next.value;
  }
  watch.end();
  if (watch.header === undefined) throw sizeless();
}

function sizeless(): ProblemError {
  return new ProblemError(
    'unsupported_image',
    'The bytes begin as an image does, but its size is not to be found: the image is damaged or cut short.',
  );
}
