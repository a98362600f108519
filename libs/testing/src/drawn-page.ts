import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type Sharp from 'sharp';

const font = join(
  dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf/DejaVuSerif.ttf',
);

/** Loaded only for drawing: most tests do not draw. */
async function loadSharp(): Promise<typeof Sharp> {
  return (await import('sharp')).default;
}

/** A block of text on a page, wrapped to its width; in pixels at 150 dpi. */
export interface TextBlock {
  readonly text: string;
  readonly left: number;
  readonly top: number;
  readonly width: number;
  /** Size of the letters; 11 by default. */
  readonly points?: number;
}

/** Draws black text on nothing, as PNG. */
export async function drawText(
  size: { readonly width: number; readonly height: number },
  blocks: readonly TextBlock[],
): Promise<Buffer> {
  const sharp = await loadSharp();
  const layers = blocks.map(async ({ text, left, top, width, points = 11 }) => {
    const options = { font: `DejaVu Serif ${points}`, fontfile: font, width, dpi: 150, rgba: true };
    return {
      input: await sharp({ text: { text, ...options } })
        .png()
        .toBuffer(),
      left,
      top,
    };
  });
  const nothing = { r: 0, g: 0, b: 0, alpha: 0 };
  return sharp({ create: { ...size, channels: 4, background: nothing } })
    .composite(await Promise.all(layers))
    .png()
    .toBuffer();
}

/** Drawn text on white paper, as PNG. */
export async function onPaper(text: Buffer): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(text).flatten({ background: '#ffffff' }).png().toBuffer();
}

/** Drawn text light on dark, as screens show it, as PNG. */
export async function onScreen(text: Buffer): Promise<Buffer> {
  const sharp = await loadSharp();
  return sharp(text).negate({ alpha: false }).flatten({ background: '#101418' }).png().toBuffer();
}

/** Drawn text as an animated WebP that is transparent and has to be turned by a quarter to be upright; its other frame is empty. */
export async function asTurnedAnimation(text: Buffer): Promise<Buffer> {
  const sharp = await loadSharp();
  const turned = await sharp(text).rotate(270).png().toBuffer({ resolveWithObject: true });
  const { width, height } = turned.info;
  const nothing = { r: 0, g: 0, b: 0, alpha: 0 };
  const empty = await sharp({ create: { width, height, channels: 4, background: nothing } })
    .png()
    .toBuffer();
  return sharp([turned.data, empty], { join: { animated: true } })
    .withMetadata({ orientation: 6 })
    .webp({ lossless: true, loop: 0 })
    .toBuffer();
}
