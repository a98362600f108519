import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';

const fontFolder = join(
  dirname(createRequire(import.meta.url).resolve('dejavu-fonts-ttf/package.json')),
  'ttf',
);

/** DejaVu, free to embed (its license is in the npm package `dejavu-fonts-ttf`). */
export const fonts = {
  text: join(fontFolder, 'DejaVuSans.ttf'),
  strong: join(fontFolder, 'DejaVuSans-Bold.ttf'),
} as const;

export const colours = {
  text: '#1f2328',
  quiet: '#59636e',
  line: '#d1d9e0',
  stripe: '#f6f8fa',
  succeeded: '#2da44e',
  deadLettered: '#cf222e',
  other: '#9aa4ae',
} as const;

/** Points around what is drawn. */
export const margin = 48;
/** Points kept free below it for the foot of the page. */
export const footHeight = 28;
