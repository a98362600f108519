import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const source = fileURLToPath(new URL('../../tools/stack/assets/photo.jpg', import.meta.url));
const size = { width: 1920, height: 1080 };
/** Makes the file as large as a camera's: the source is smaller, so enlarged it has no fine detail. */
const noise = { type: 'gaussian', mean: 128, sigma: 12 } as const;

/** How many files there are: they are taken in turns. */
export const photographCount = 100;

/** A photograph of 1920x1080 pixels, some 230 KB of JPEG. Equal each time. */
export async function makePhotograph(): Promise<Buffer> {
  const grain = await sharp({ create: { ...size, channels: 3, background: '#808080', noise } })
    .png()
    .toBuffer();
  return sharp(source)
    .resize(size)
    .composite([{ input: grain, blend: 'soft-light' }])
    .jpeg({ quality: 85 })
    .toBuffer();
}

/** A JPEG of one colour. */
export function makeDot(): Promise<Buffer> {
  return sharp({ create: { width: 8, height: 8, channels: 3, background: '#808080' } })
    .jpeg()
    .toBuffer();
}

/** Copies of the photograph as files of one folder, and a folder for their thumbnails. */
export class PhotographFolder {
  private constructor(private readonly folder: string) {}

  static async make(): Promise<PhotographFolder> {
    const folder = await mkdtemp(join(tmpdir(), 'jobstream-photographs-'));
    const made = new PhotographFolder(folder);
    const photograph = await makePhotograph();
    await mkdir(join(folder, 'thumbs'));
    for (let index = 0; index < photographCount; index++)
      await writeFile(made.pathsOf(index).from, photograph);
    return made;
  }

  /** Where a job of that index reads from and writes to. */
  pathsOf(index: number): { readonly from: string; readonly to: string } {
    const name = `${index % photographCount}.jpg`;
    return { from: join(this.folder, name), to: join(this.folder, 'thumbs', name) };
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true });
  }
}
