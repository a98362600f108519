import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import sharp from 'sharp';

const fonts = dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json'));

/**
 * A page of text as a camera sees it: lying askew, unevenly lit, grainy. JPEG.
 * @param copies how often the text stands there, one below the other: the more, the longer it takes to read
 */
export async function photographPage(text: string, copies = 1): Promise<Buffer> {
  const lines = Array.from({ length: copies }, () => text).join('\n\n');
  const print = await sharp({
    text: {
      text: lines,
      font: 'DejaVu Serif 11',
      fontfile: join(fonts, 'ttf/DejaVuSerif.ttf'),
      width: 1_100,
      dpi: 150,
      rgba: true,
    },
  })
    .png()
    .toBuffer({ resolveWithObject: true });
  const paper = { width: print.info.width + 160, height: print.info.height + 160 };
  const light = `<svg width="${paper.width}" height="${paper.height}">
    <defs><linearGradient id="l" x2="1" y2="1"><stop stop-color="#fffdf5"/><stop offset="1" stop-color="#b9b4a6"/></linearGradient></defs>
    <rect width="100%" height="100%" fill="url(#l)"/></svg>`;
  const grain = await sharp({
    create: {
      ...paper,
      channels: 3,
      background: '#808080',
      noise: { type: 'gaussian', mean: 128, sigma: 24 },
    },
  })
    .ensureAlpha(0.14)
    .png()
    .toBuffer();
  const page = await sharp(Buffer.from(light))
    .composite([{ input: print.data, left: 80, top: 80 }, { input: grain }])
    .png()
    .toBuffer();
  return sharp(page).rotate(1.7, { background: '#5b4a3a' }).blur(0.6).jpeg({ quality: 82 }).toBuffer();
}
