import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { create, type Font } from 'fontkit';
import { unpackWoff } from './woff.js';

/** A font of a report. */
export type FontName = 'text' | 'strong' | 'fallback';

/** The style that text is set in; what its font has not is drawn with the fallback. */
export type FontStyle = 'text' | 'strong';

/**
 * DejaVu has the alphabets of Europe, Arabic and Hebrew. UnifontEX has nearly every character there is, drawn on a grid of 16 by
 * 16: plain, but no box. Both are free to embed (their licences are in the npm packages).
 */
const files: Readonly<Record<FontName, string>> = {
  text: fileOf('dejavu-fonts-ttf', 'ttf/DejaVuSans.ttf'),
  strong: fileOf('dejavu-fonts-ttf', 'ttf/DejaVuSans-Bold.ttf'),
  fallback: fileOf('@fontsource/unifontex', 'files/unifontex-latin-400-normal.woff'),
};

function fileOf(packageName: string, path: string): string {
  return join(dirname(createRequire(import.meta.url).resolve(`${packageName}/package.json`)), path);
}

interface OpenedFont {
  readonly bytes: Buffer;
  readonly font: Font;
}

const opened = new Map<FontName, OpenedFont>();

/** Opens a font when it is first asked for: few reports need the fallback, whose 14 MB stay in memory then. */
function open(name: FontName): OpenedFont {
  const known = opened.get(name);
  if (known) return known;
  const file = readFileSync(files[name]);
  const bytes = files[name].endsWith('.woff') ? unpackWoff(file) : file;
  const font = { bytes, font: create(bytes) as Font };
  opened.set(name, font);
  return font;
}

/** Makes a font the document's current one. */
export function setFont(document: PDFKit.PDFDocument, name: FontName, size: number): PDFKit.PDFDocument {
  return document.registerFont(name, open(name).bytes).font(name).fontSize(size);
}

/** The font that draws a character; undefined if none has it. */
export function fontFor(character: string, style: FontStyle): FontName | undefined {
  const codePoint = character.codePointAt(0)!;
  if (open(style).font.hasGlyphForCodePoint(codePoint)) return style;
  return open('fallback').font.hasGlyphForCodePoint(codePoint) ? 'fallback' : undefined;
}
