import type { ImageFormat } from '../headers/image-format.js';
import {
  countBytes,
  entryBytes,
  readEntryCount,
  readTag,
  readTiffLayout,
} from '../headers/tiff-directory.js';
import { readPngMetadata } from './png-chunks.js';

/** How a stored image must be turned to be upright: 1 to 8 as in EXIF (JEITA CP-3451, 4.6.4); 1 is upright already. */
export type Orientation = 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8;

/** The metadata that the decoder has found. */
export interface FoundMetadata {
  readonly orientation?: number | undefined;
  readonly xmp?: Buffer | undefined;
}

/**
 * The orientation of an image, from its EXIF block, else from its XMP. `found` holds both as the decoder has read them; in a PNG it
 * reads only those before the pixels. An AVIF is turned by its decoder, whatever EXIF says.
 */
export function orientationOf(image: Buffer, format: ImageFormat, found: FoundMetadata): Orientation {
  if (format === 'avif') return 1;
  const png = format === 'png' ? readPngMetadata(image) : undefined;
  return (
    valid(found.orientation) ??
    valid(orientationInExif(png?.exif)) ??
    valid(orientationInXmp(found.xmp?.toString('utf8') ?? png?.xmp)) ??
    1
  );
}

const orientationTag = 0x0112;

function orientationInExif(exif: Buffer | undefined): number | undefined {
  const layout = exif && readTiffLayout(exif);
  if (layout === undefined || layout.isBig) return undefined;
  const entriesAt = layout.directoryAt + countBytes(layout);
  if (entriesAt > exif!.length) return undefined;
  const count = readEntryCount(exif!.subarray(layout.directoryAt), layout);
  return readTag(exif!.subarray(entriesAt, entriesAt + count * entryBytes(layout)), orientationTag, layout);
}

/** As an attribute or an element of RDF; the prefix is `tiff` wherever XMP is written. */
function orientationInXmp(xmp: string | undefined): number | undefined {
  const found = /\btiff:Orientation(?:\s*=\s*["']|\s*>)\s*(\d)\b/.exec(xmp ?? '');
  return found ? Number(found[1]) : undefined;
}

function valid(orientation: number | undefined): Orientation | undefined {
  return orientation !== undefined && orientation >= 1 && orientation <= 8
    ? (orientation as Orientation)
    : undefined;
}
