import { inflateSync } from 'node:zlib';

/** The metadata of a PNG file, wherever it stands: also behind the pixels, where decoders do not look. */
export interface PngMetadata {
  readonly exif: Buffer | undefined;
  readonly xmp: string | undefined;
}

/** Real XMP has a few thousand bytes. */
const maxXmpBytes = 1024 * 1024;

const xmpKeyword = 'XML:com.adobe.xmp\0';

/** Reads the chunks `eXIf` and `iTXt` of XMP (PNG 3rd edition, 11.3.4.5 and 11.3.3.4): the first of each. */
export function readPngMetadata(image: Buffer): PngMetadata {
  let exif: Buffer | undefined;
  let xmp: string | undefined;
  for (let at = 8; at + 12 <= image.length;) {
    const length = image.readUInt32BE(at);
    const type = image.toString('latin1', at + 4, at + 8);
    const data = image.subarray(at + 8, at + 8 + length);
    if (type === 'eXIf') exif ??= data;
    else if (type === 'iTXt' && data.toString('latin1', 0, xmpKeyword.length) === xmpKeyword)
      xmp ??= readXmp(data);
    else if (type === 'IEND') break;
    at += 12 + length;
  }
  return { exif, xmp };
}

function readXmp(data: Buffer): string | undefined {
  const isCompressed = data[xmpKeyword.length] === 1;
  // Behind the compression flag and method stand a language and a translated keyword, each ended by a zero.
  const textAt = data.indexOf(0, data.indexOf(0, xmpKeyword.length + 2) + 1) + 1;
  const text = data.subarray(textAt);
  if (!isCompressed) return text.toString('utf8', 0, maxXmpBytes);
  try {
    return inflateSync(text, { maxOutputLength: maxXmpBytes }).toString('utf8');
  } catch {
    return undefined;
  }
}
