import { describe, expect, it } from '@jest/globals';
import { inOneLine, makeVisible } from './visible-text.js';

describe('text of others', () => {
  it.each([
    ['a title \u001b]0;owned\u0007', 'a title \\u001b]0;owned\\u0007'],
    ['a colour \u009b31m', 'a colour \\u009b31m'],
    ['back\rforth\b', 'back\\u000dforth\\u0008'],
    ['turned \u202etxt.exe', 'turned \\u202etxt.exe'],
    ['Zoë 猫 😀', 'Zoë 猫 😀'],
  ])('%j is printed as %s', (text, shown) => expect(makeVisible(text)).toBe(shown));

  it('keeps its lines, unless it has to be one line', () => {
    expect(makeVisible('a\nb')).toBe('a\nb');
    expect(inOneLine('a\nb')).toBe('a\\nb');
  });

  it('stays the same JSON', () => {
    const data = { 'k\u0085': ['\u001b[2J', '\u007f', '\u2028', '\ufeff', 'a\nb\t"'] };
    const shown = makeVisible(JSON.stringify(data));
    expect(shown).toMatch(/^[ -~]*$/);
    expect(JSON.parse(shown)).toEqual(data);
  });
});
