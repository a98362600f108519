import { describe, expect, it } from '@jest/globals';
import { json } from '@codemirror/lang-json';
import { EditorState } from '@codemirror/state';
import { rangeOf } from './json-place.js';

const textAt = (doc: string, pointer?: string) => {
  const state = EditorState.create({ doc, extensions: [json()] });
  const { from, to } = rangeOf(state, { detail: '', ...(pointer !== undefined && { pointer }) });
  return state.sliceDoc(from, to);
};

describe('the place of a fault in a JSON text', () => {
  const doc = '{"a": [1, {"b/c~": "x"}], "ü\\n": {"deep": [[7]]}, "a2": 12345678901234567890}';

  it.each([
    ['', doc],
    ['/a/0', '1'],
    ['/a/1/b~1c~0', '"x"'],
    ['/ü\n/deep/0/0', '7'],
    ['/a2', '12345678901234567890'],
  ])('of the pointer %j is its value', (pointer, text) => {
    expect(textAt(doc, pointer)).toBe(text);
  });

  it.each([
    ['/none', doc],
    ['/a/7', '[1, {"b/c~": "x"}]'],
    ['/a/0/b', '1'],
  ])('of the pointer %j, which names nothing, is what it would be in', (pointer, text) => {
    expect(textAt(doc, pointer)).toBe(text);
  });

  it('of a text that is no JSON is where it stops being JSON', () => {
    for (const [text, at] of [
      ['{"a": 1,}', 8],
      ['{"a": }', 6],
      ['[1 2]', 3],
    ] as const) {
      const state = EditorState.create({ doc: text, extensions: [json()] });
      expect(rangeOf(state, { detail: '' }).from).toBeGreaterThanOrEqual(at - 1);
      expect(rangeOf(state, { detail: '' }).from).toBeLessThanOrEqual(at);
    }
  });
});
