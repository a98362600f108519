import type { UploadedImage } from '@jobstream/contracts/rest';

/** The image formats that are taken. */
export type ImageFormat = 'jpeg' | 'png' | 'webp' | 'gif' | 'avif' | 'tiff';

/** Media types of the formats that are taken. */
export const contentTypes: Readonly<Record<ImageFormat, UploadedImage['content_type']>> = {
  jpeg: 'image/jpeg',
  png: 'image/png',
  webp: 'image/webp',
  gif: 'image/gif',
  avif: 'image/avif',
  tiff: 'image/tiff',
};

/** The first bytes that {@link formatOf} and {@link whyNotTaken} look at. */
export const signatureBytes = 64;

/** The format of a file, by the signature in its first bytes; undefined when no such image is taken. */
export function formatOf(head: Buffer): ImageFormat | undefined {
  const text = head.toString('latin1', 0, signatureBytes);
  if (text.startsWith('\xff\xd8')) return 'jpeg';
  if (text.startsWith('\x89PNG\r\n\x1a\n')) return 'png';
  if (text.startsWith('RIFF') && text.startsWith('WEBP', 8)) return 'webp';
  if (/^GIF8[79]a/.test(text)) return 'gif';
  if (/^(II[*+]\0|MM\0[*+])/.test(text)) return 'tiff';
  return brandsOf(text).some((brand) => avifBrands.has(brand)) ? 'avif' : undefined;
}

/** The message for a file that {@link formatOf} does not know. */
export function whyNotTaken(head: Buffer): string {
  const text = head.toString('latin1', 0, signatureBytes);
  if (brandsOf(text).some((brand) => heicBrands.has(brand))) {
    return 'This is a HEIC image. HEIC is not taken, because no free decoder of it is to be had: save the image as JPEG. An iPhone takes JPEGs when Settings > Camera > Formats says "Most Compatible".';
  }
  if (text.startsWith('BM')) return 'This is a BMP image. BMP is not taken: save the image as PNG.';
  return 'The bytes do not begin as a JPEG, PNG, WebP, GIF, AVIF or TIFF image does.';
}

const avifBrands: ReadonlySet<string> = new Set(['avif', 'avis']);
const heicBrands: ReadonlySet<string> = new Set([
  'heic',
  'heix',
  'heim',
  'heis',
  'hevc',
  'hevx',
  'hevm',
  'hevs',
]);

/** The brands of a file of the ISO base media format (ISO/IEC 14496-12, 4.3): the major one, then the compatible ones. */
function brandsOf(text: string): readonly string[] {
  if (!text.startsWith('ftyp', 4)) return [];
  const [major = '', , ...compatible] = text.slice(8).match(/.{4}/gs) ?? [];
  const count = (text.charCodeAt(2) * 256 + text.charCodeAt(3)) / 4 - 4;
  return [major, ...compatible.slice(0, Math.max(0, count))];
}
