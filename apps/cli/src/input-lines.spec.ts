import { describe, expect, it } from '@jest/globals';
import { readLines } from './input-lines.js';

async function linesOf(chunks: readonly string[], maxBytes = 100): Promise<(string | undefined)[]> {
  const stream = (async function* () {
    for (const chunk of chunks) yield Buffer.from(chunk);
  })();
  const lines: (string | undefined)[] = [];
  for await (const { number, bytes } of readLines(stream, maxBytes)) {
    lines.push(bytes?.toString());
    expect(number).toBe(lines.length);
  }
  return lines;
}

describe('the lines of an input', () => {
  it.each([
    [[], []],
    [['a'], ['a']],
    [['a\n'], ['a']],
    [['a\nb'], ['a', 'b']],
    [['\n\n'], ['', '']],
    [
      ['a', 'b\nc', '\n', 'd'],
      ['ab', 'c', 'd'],
    ],
  ])('of %j are %j', async (chunks, lines) => expect(await linesOf(chunks)).toEqual(lines));

  it('lose their bytes beyond the bound, and only they', async () => {
    expect(await linesOf(['abc\nabcd', 'efg\nab'], 3)).toEqual(['abc', undefined, 'ab']);
  });
});
