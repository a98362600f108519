import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { inspectThumbnail } from './demo-thumbnail.js';

/** A PNG header of this size; image headers are all that is read. */
const png = (side: number) => {
  const header = Buffer.from('89504e470d0a1a0a0000000d4948445200000000000000000802000000', 'hex');
  header.writeUInt32BE(side, 16);
  header.writeUInt32BE(side, 20);
  return header;
};

describe('inspectThumbnail', () => {
  it('accepts a picture of 300 by 300', () => {
    expect(inspectThumbnail(png(300))).toMatchObject({ width: 300, height: 300, extension: 'png' });
  });

  it('refuses another size, the photograph itself and what is no picture', () => {
    expect(() => inspectThumbnail(png(299))).toThrow('299x299, not 300x300');
    expect(() => inspectThumbnail(readFileSync(new URL('../assets/photo.jpg', import.meta.url)))).toThrow(
      'not 300x300',
    );
    expect(() => inspectThumbnail(Buffer.from('{"type":"problem"}'))).toThrow();
    expect(() => inspectThumbnail(Buffer.alloc(0))).toThrow();
  });
});
