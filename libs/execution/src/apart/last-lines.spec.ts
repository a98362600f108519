import { describe, expect, it } from '@jest/globals';
import { LastLines } from './last-lines.js';

const linesOf = (...chunks: string[]): string => {
  const lines = new LastLines();
  for (const chunk of chunks) lines.add(Buffer.from(chunk));
  return lines.text;
};

describe('LastLines', () => {
  it('is empty before anything is written', () => {
    expect(linesOf()).toBe('');
  });

  it('joins what was written in parts', () => {
    expect(linesOf('one\ntw', 'o\n\nthr', 'ee')).toBe('one\ntwo\nthree');
  });

  it('keeps the last 15 lines, and of one long line the last 1,500 characters', () => {
    const many = Array.from({ length: 40 }, (_, n) => `line ${n}`);
    expect(linesOf(many.join('\n'))).toBe(many.slice(-15).join('\n'));
    expect(linesOf('x'.repeat(1_000_000), 'end')).toBe('x'.repeat(1_497) + 'end');
  });

  it('keeps why V8 has ended a process, whatever native frames follow', () => {
    const frames = Array.from(
      { length: 30 },
      (_, n) => ` ${n}: 0xb78db3 node::OOMErrorHandler(char const*) [/usr/bin/node]`,
    );
    const why = 'FATAL ERROR: Reached heap limit Allocation failed - JavaScript heap out of memory';
    expect(linesOf([why, '----- Native stack trace -----', '', ...frames].join('\n'))).toBe(why);
  });

  it('holds no control characters', () => {
    expect(linesOf('\u001b[31mred\u001b[0m\u0007 bell\r\n')).toBe('red bell');
  });
});
