import { PDFiumLibrary } from '@hyzyla/pdfium';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { DayCount } from '@jobstream/projection';
import type { ReportContent } from '../content/report-content.js';
import { stepOf } from './day-chart.js';
import { drawReport } from './draw-report.js';

const days: DayCount[] = Array.from({ length: 31 }, (_, nth) => ({
  day: new Date(Date.UTC(2026, 9, 23 + nth)).toISOString().slice(0, 10),
  succeeded: 40 + ((nth * 37) % 90),
  deadLettered: (nth * 7) % 11,
  other: nth % 4,
}));

function contentOf(more: Partial<ReportContent> = {}): ReportContent {
  return {
    title: 'Activity',
    about: 'Jobs submitted for ada',
    until: new Date('2026-11-22T12:00:00.000Z'),
    period: '23 Oct 2026 to 22 Nov 2026, 12:00 UTC',
    figures: [
      { label: 'jobs', value: '2,761' },
      { label: 'succeeded', value: '95 %' },
    ],
    days,
    tables: [],
    ...more,
  };
}

const tableOf = (rows: string[][]) => ({
  heading: 'Rows',
  columns: [
    { heading: 'First', share: 1 },
    { heading: 'Second', share: 2, align: 'right' as const },
  ],
  rows,
  empty: 'There is nothing.',
});

describe('drawReport', () => {
  let pdfium: PDFiumLibrary;
  beforeAll(async () => (pdfium = await PDFiumLibrary.init()));
  afterAll(() => pdfium.destroy());

  async function textsOf(bytes: Uint8Array): Promise<string[]> {
    const document = await pdfium.loadDocument(Buffer.from(bytes));
    try {
      return [...document.pages()].map((page) => page.getText());
    } finally {
      document.destroy();
    }
  }

  it('makes equal bytes of equal content, and others of other content', async () => {
    const [first, second, other] = await Promise.all([
      drawReport(contentOf()),
      drawReport(contentOf()),
      drawReport(contentOf({ about: 'Jobs submitted for bob' })),
    ]);
    expect(Buffer.from(first.bytes).equals(second.bytes)).toBe(true);
    expect(Buffer.from(first.bytes).equals(other.bytes)).toBe(false);
    expect(Buffer.from(first.bytes).toString('latin1')).toContain('(D:20261122120000Z)');
  });

  it('shows words, figures, the chart and its days as text that can be searched', async () => {
    const { bytes, pages } = await drawReport(contentOf());
    const [text] = await textsOf(bytes);
    expect(pages).toBe(1);
    for (const words of [
      'Activity',
      'Jobs submitted for ada',
      '2,761',
      '95 %',
      'dead-lettered',
      '23 Oct',
      '1 / 1',
    ]) {
      expect(text).toContain(words);
    }
  });

  it('draws a table over pages, its heads and the page number on each', async () => {
    const rows = Array.from({ length: 200 }, (_, nth) => [`row ${nth}`, `value ${nth}`]);
    const { bytes, pages } = await drawReport(contentOf({ tables: [tableOf(rows)] }));
    const texts = await textsOf(bytes);
    expect(pages).toBe(texts.length);
    expect(pages).toBeGreaterThan(4);
    for (const [nth, text] of texts.entries()) {
      expect(text).toContain('First');
      expect(text).toContain(`${nth + 1} / ${pages}`);
    }
    const all = texts.join('\n');
    for (const [row, value] of rows) {
      expect(all).toContain(row);
      expect(all).toContain(value);
    }
  });

  it('says so where there is nothing', async () => {
    const nothing = contentOf({
      days: days.map(({ day }) => ({ day, succeeded: 0, deadLettered: 0, other: 0 })),
      tables: [tableOf([])],
    });
    expect((await textsOf((await drawReport(nothing)).bytes))[0]).toContain('There is nothing.');
  });

  it.each([4, 4_500, 1_000_000, 4_567_890, 45_678_901_234, Number.MAX_SAFE_INTEGER])(
    'writes whole numbers, on one line, at the axis, in the figures and in narrow columns: %d',
    async (count) => {
      const shown = count.toLocaleString('en-US');
      const columns = Array.from({ length: 9 }, (_, nth) => ({
        heading: `${nth}`,
        share: 1,
        align: 'right' as const,
      }));
      const content = contentOf({
        days: days.map(({ day }) => ({ day, succeeded: count, deadLettered: 0, other: 0 })),
        figures: [1, 2, 3].map((nth) => ({ label: `${nth}`, value: shown })),
        tables: [{ ...tableOf([]), columns, rows: [columns.map(() => shown)] }],
      });
      const [text = ''] = await textsOf((await drawReport(content)).bytes);
      expect(text.split(shown).length - 1).toBeGreaterThanOrEqual(3 + 9);
      const top = Math.ceil(count / stepOf(count)) * stepOf(count);
      expect(text).toContain(top.toLocaleString('en-US'));
      expect(text).not.toContain('…');
    },
  );

  it.each([
    ['Chinese', '文', '件'],
    ['kana', 'ひ', 'ら'],
    ['Hangul', '파', '일'],
    ['Devanagari', 'ह', 'द'],
    ['Thai', 'ไ', 'ฟ'],
    ['emoji', '🙂', '🚀'],
    ['emoji of the first plane', '❌', '✅'],
    ['Arabic', 'ب', 'ح'],
  ])('draws the characters of %s, each another, and no boxes', async (_, one, other) => {
    const pictureOf = async (text: string) => {
      const { bytes } = await drawReport(contentOf({ tables: [tableOf([[text, '']])] }));
      const document = await pdfium.loadDocument(Buffer.from(bytes));
      try {
        return Buffer.from((await document.getPage(0).render({ scale: 2, render: 'bitmap' })).data);
      } finally {
        document.destroy();
      }
    };
    const [first, second] = [await pictureOf(one), await pictureOf(other)];
    expect(first.equals(await pictureOf(one))).toBe(true);
    expect(first.equals(second)).toBe(false);
  });

  it('names a character that no font has, and drops what only chooses how an emoji looks', async () => {
    const { bytes } = await drawReport(contentOf({ tables: [tableOf([['a \u{20000} b', '❤\ufe0f end']])] }));
    const [text] = await textsOf(bytes);
    expect(text).toContain('a [U+20000] b');
    expect(text).toContain('❤ end');
  });

  it.each([
    ['long text', 'x'.repeat(100_000)],
    ['many words', 'word '.repeat(20_000)],
    ['line breaks', 'a\nb\r\n\u2028c\tend'],
    ['marks that turn the direction of writing', '\u202egnp.exe end'],
    ['half of a pair', 'a\ud83d b end'],
    ['scripts the font has not', '漢字 🙂 हिन्दी end'],
    ['right to left', 'مرحبا שלום end'],
    ['zalgo', `a${'\u0301'.repeat(5_000)} end`],
    ['nothing', ''],
  ])('keeps %s in its cell', async (_, hostile) => {
    const { bytes, pages } = await drawReport(
      contentOf({ about: hostile, tables: [tableOf([[hostile, hostile]])] }),
    );
    expect(pages).toBe(1);
    expect(bytes.length).toBeLessThan(500_000);
    expect((await textsOf(bytes))[0]).toContain('Second');
  });
});

describe('stepOf', () => {
  it.each([
    [1, 1],
    [4, 1],
    [7, 2],
    [10, 2],
    [11, 5],
    [99, 20],
    [101, 50],
    [12_345, 5_000],
  ])('divides %d by steps of %d', (largest, step) => {
    expect(stepOf(largest)).toBe(step);
  });
});
