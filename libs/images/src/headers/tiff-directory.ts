/** How a TIFF file, or the TIFF structure in an EXIF block, writes its numbers, and where its first directory stands. */
export interface TiffLayout {
  readonly isLittleEndian: boolean;
  /** BigTIFF: counts and offsets of 8 bytes. */
  readonly isBig: boolean;
  readonly directoryAt: number;
}

/** Real directories have a few dozen entries. */
export const maxEntries = 4_096;

/** Reads the first bytes (TIFF 6.0, section 2); undefined if it is no TIFF. 16 are enough. */
export function readTiffLayout(head: Buffer): TiffLayout | undefined {
  const order = head.toString('latin1', 0, 2);
  if (head.length < 8 || (order !== 'II' && order !== 'MM')) return undefined;
  const isLittleEndian = order === 'II';
  const version = readUint(head, 2, 2, isLittleEndian);
  if (version === 42) {
    return { isLittleEndian, isBig: false, directoryAt: readUint(head, 4, 4, isLittleEndian) };
  }
  if (version !== 43 || head.length < 16) return undefined;
  return { isLittleEndian, isBig: true, directoryAt: readUint(head, 8, 8, isLittleEndian) };
}

/** A directory begins with the number of its entries, which takes this many bytes. */
export function countBytes({ isBig }: TiffLayout): number {
  return isBig ? 8 : 2;
}

/** Bytes of one entry. */
export function entryBytes({ isBig }: TiffLayout): number {
  return isBig ? 20 : 12;
}

/** The number of entries that a directory claims to have. */
export function readEntryCount(directory: Buffer, layout: TiffLayout): number {
  return readUint(directory, 0, countBytes(layout), layout.isLittleEndian);
}

/** The value of a tag of one number, `BYTE`, `SHORT` or `LONG`; undefined when the directory lacks it. `entries` may be fewer than the directory claims. */
export function readTag(entries: Buffer, tag: number, layout: TiffLayout): number | undefined {
  const size = entryBytes(layout);
  for (let at = 0; at + size <= entries.length; at += size) {
    if (readUint(entries, at, 2, layout.isLittleEndian) !== tag) continue;
    const valueAt = at + (layout.isBig ? 12 : 8);
    const bytes = bytesOfType[readUint(entries, at + 2, 2, layout.isLittleEndian)];
    return bytes === undefined ? undefined : readUint(entries, valueAt, bytes, layout.isLittleEndian);
  }
  return undefined;
}

const bytesOfType: Readonly<Record<number, number>> = { 1: 1, 3: 2, 4: 4 };

function readUint(bytes: Buffer, at: number, length: number, isLittleEndian: boolean): number {
  if (length === 8) {
    return Number(isLittleEndian ? bytes.readBigUInt64LE(at) : bytes.readBigUInt64BE(at));
  }
  return isLittleEndian ? bytes.readUIntLE(at, length) : bytes.readUIntBE(at, length);
}
