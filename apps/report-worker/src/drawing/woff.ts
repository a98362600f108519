import { inflateSync } from 'node:zlib';

const woffHeadBytes = 44;
const woffEntryBytes = 20;
const fontHeadBytes = 12;
const fontEntryBytes = 16;

/**
 * Unpacks a font (WOFF 1.0, sections 3 to 5) once and for all. The reader of fonts would unpack all outlines anew for each
 * character that it draws.
 */
export function unpackWoff(woff: Buffer): Buffer {
  const count = woff.readUInt16BE(12);
  const head = Buffer.alloc(fontHeadBytes + count * fontEntryBytes);
  woff.copy(head, 0, 4, 8);
  head.writeUInt16BE(count, 4);
  const power = 2 ** Math.floor(Math.log2(count));
  head.writeUInt16BE(power * 16, 6);
  head.writeUInt16BE(Math.log2(power), 8);
  head.writeUInt16BE((count - power) * 16, 10);
  const tables: Buffer[] = [];
  let at = head.length;
  for (let nth = 0; nth < count; nth++) {
    const entry = woffHeadBytes + nth * woffEntryBytes;
    const offset = woff.readUInt32BE(entry + 4);
    const packedBytes = woff.readUInt32BE(entry + 8);
    const bytes = woff.readUInt32BE(entry + 12);
    const packed = woff.subarray(offset, offset + packedBytes);
    const table = packedBytes < bytes ? inflateSync(packed) : packed;
    const line = fontHeadBytes + nth * fontEntryBytes;
    woff.copy(head, line, entry, entry + 4);
    woff.copy(head, line + 4, entry + 16, entry + 20);
    head.writeUInt32BE(at, line + 8);
    head.writeUInt32BE(bytes, line + 12);
    tables.push(table, Buffer.alloc(-bytes & 3));
    at += bytes + (-bytes & 3);
  }
  return Buffer.concat([head, ...tables]);
}
