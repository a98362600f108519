/** Markers of JPEG (ITU-T T.81, table B.1), by their second byte. */
export const jpegMarkers = { endOfImage: 0xd9, startOfScan: 0xda } as const;

/** A marker of a JPEG and its place. */
export interface JpegMarker {
  readonly code: number;
  /** The position behind the marker: the length of its segment, or the next data when it has no segment. */
  readonly next: number;
}

/**
 * The first marker at or after `from`, as decoders find it: they skip all other bytes, and the coded data of a scan with its
 * restart markers.
 */
export function findMarker(bytes: Buffer, from: number): JpegMarker | undefined {
  for (let at = bytes.indexOf(0xff, from); at >= 0; at = bytes.indexOf(0xff, at + 1)) {
    const code = bytes[at + 1];
    if (code === undefined) return undefined;
    if (code !== 0xff && code > 0x01 && !isRestart(code)) return { code, next: at + 2 };
  }
  return undefined;
}

/** Whether a segment, which begins with its length, follows the marker. */
export function hasSegment(code: number): boolean {
  return code !== 0xd8 && code !== jpegMarkers.endOfImage;
}

/** Whether the segment is a frame header, which says how large the image is (B.2.2). */
export function isFrameHeader(code: number): boolean {
  return code >= 0xc0 && code <= 0xcf && code !== 0xc4 && code !== 0xc8 && code !== 0xcc;
}

function isRestart(code: number): boolean {
  return code >= 0xd0 && code <= 0xd7;
}
