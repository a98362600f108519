import { fontFor, setFont, type FontName, type FontStyle } from './fonts.js';

/** Where a line stands and how it looks. */
export interface LineStyle {
  readonly font: FontStyle;
  readonly size: number;
  readonly colour: string;
  readonly left: number;
  /** Of the line's top. */
  readonly top: number;
  readonly width: number;
  /** Default left. */
  readonly align?: 'left' | 'right' | 'center';
  /** How a line that is too long fits: cut with an ellipsis, or in smaller letters. A number must not be cut: it would be another number. */
  readonly overflow: 'cut' | 'shrink';
}

/** How far below its top the baseline of a line of size 1 lies: DejaVu's ascent. */
const ascent = 0.928;

/** Draws one line of text, whatever it holds, within its width. The document's place is undefined afterwards. */
export function drawLine(document: PDFKit.PDFDocument, text: string, style: LineStyle): void {
  const line = plain(text);
  const shown = style.overflow === 'cut' ? cutToWidth(document, line, style) : line;
  const fullWidth = widthOf(document, shown, style);
  const size = fullWidth > style.width ? (style.size * style.width) / fullWidth : style.size;
  const width = Math.min(fullWidth, style.width);
  const spare = { left: 0, center: (style.width - width) / 2, right: style.width - width };
  const baseline = style.top + ascent * style.size;
  let left = style.left + spare[style.align ?? 'left'];
  document.fillColor(style.colour);
  for (const { font, text } of runsOf(shown, style.font)) {
    document
      .font(font)
      .fontSize(size)
      .text(text, left, baseline, { lineBreak: false, baseline: 'alphabetic' });
    left += document.widthOfString(text);
  }
}

/** The width of a line at its full size. */
export function widthOf(
  document: PDFKit.PDFDocument,
  text: string,
  { font, size }: Pick<LineStyle, 'font' | 'size'>,
): number {
  return runsOf(text, font)
    .map((run) => setFont(document, run.font, size).widthOfString(run.text))
    .reduce((sum, width) => sum + width, 0);
}

/** More than fits on any line: measuring what will be cut is waste. */
const maxCharacters = 400;

/**
 * One line without what can't be seen, such as marks that turn the direction of writing or choose how an emoji looks. A
 * character that no font has stands there by its number.
 */
export function plain(text: string): string {
  const visible = text
    .slice(0, maxCharacters)
    .replace(/[\p{Cc}\p{Cf}\p{Cs}\p{Zl}\p{Zp}]+/gu, ' ')
    .replace(/\p{Variation_Selector}/gu, '');
  return [...visible]
    .map((character) => (fontFor(character, 'text') ? character : numberOf(character)))
    .join('');
}

/** `[U+20000]`. */
function numberOf(character: string): string {
  return `[U+${character.codePointAt(0)!.toString(16).toUpperCase().padStart(4, '0')}]`;
}

/** Characters in a row that one font draws. */
interface Run {
  readonly font: FontName;
  readonly text: string;
}

function runsOf(text: string, style: FontStyle): readonly Run[] {
  const runs: { font: FontName; text: string }[] = [];
  for (const character of text) {
    const font = fontFor(character, style) ?? 'fallback';
    const last = runs.at(-1);
    if (last?.font === font) last.text += character;
    else runs.push({ font, text: character });
  }
  return runs;
}

/** The text, cut where it would leave its width. */
function cutToWidth(document: PDFKit.PDFDocument, text: string, style: LineStyle): string {
  if (widthOf(document, text, style) <= style.width) return text;
  const characters = [...text];
  let [fits, tooLong] = [0, characters.length];
  while (tooLong - fits > 1) {
    const middle = (fits + tooLong) >> 1;
    if (widthOf(document, `${characters.slice(0, middle).join('')}…`, style) <= style.width) fits = middle;
    else tooLong = middle;
  }
  return `${characters.slice(0, fits).join('')}…`;
}
