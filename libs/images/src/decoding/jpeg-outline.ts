import { findMarker, hasSegment, isFrameHeader, jpegMarkers } from '../headers/jpeg-markers.js';

/** The structure of a JPEG file, read without decoding it. */
export interface JpegOutline {
  /** The number of passes over the image. Each may cost a decoder as much as the whole image, however few bytes it has. */
  readonly scans: number;
  /** Whether one scan holds the whole image, from top to bottom. Otherwise each scan adds to all of it. */
  readonly isOneScan: boolean;
  /** The position of the end marker; undefined without one. */
  readonly endsAt: number | undefined;
}

/** Reads the markers up to the end of the image. Data behind it (previews, films) does not count. */
export function outlineJpeg(image: Buffer): JpegOutline {
  let scans = 0;
  let frame: { isSequential: boolean; components: number } | undefined;
  let isOneScan = false;
  for (let at = 2; ;) {
    const marker = findMarker(image, at);
    if (marker === undefined) return { scans, isOneScan, endsAt: undefined };
    const { code, next } = marker;
    if (code === jpegMarkers.endOfImage) return { scans, isOneScan, endsAt: next - 2 };
    if (isFrameHeader(code)) frame = { isSequential: sequential.has(code), components: image[next + 7] ?? 0 };
    if (code === jpegMarkers.startOfScan) {
      scans += 1;
      isOneScan = scans === 1 && frame?.isSequential === true && frame.components === image[next + 2];
    }
    at = next + (hasSegment(code) && next + 2 <= image.length ? Math.max(2, image.readUInt16BE(next)) : 0);
  }
}

/** Frame headers of images that are not progressive (ITU-T T.81, table B.1). */
const sequential: ReadonlySet<number> = new Set([0xc0, 0xc1, 0xc9]);
