import { describe, expect, it } from '@jest/globals';
import { isJobId } from '@jobstream/contracts';
import { issueKey, readKey } from './key-format.js';

describe('an API key', () => {
  it('is read as it was made, with an id of its own', () => {
    const key = issueKey(Date.now());
    expect(key.text).toMatch(/^jsk_[0-9a-f]{32}_[0-9A-Za-z]{40}_[0-9A-Za-z]{6}$/);
    expect(isJobId(key.id)).toBe(true);
    expect(readKey(key.text)).toEqual({ id: key.id, hash: key.hash });
    expect(issueKey(Date.now()).text).not.toBe(key.text);
  });

  it('shows in its checksum that any one character is wrong', () => {
    const { text } = issueKey(Date.now());
    const mistyped = [...text].map((character, at) => {
      const other = character === '7' ? '8' : '7';
      return `${text.slice(0, at)}${other}${text.slice(at + 1)}`;
    });
    expect(mistyped.filter((each) => readKey(each))).toEqual([]);
  });

  it.each([
    '',
    'jsk_',
    'Bearer x',
    `${issueKey(Date.now()).text} `,
    issueKey(Date.now()).text.slice(0, -1),
    `x${issueKey(Date.now()).text}`,
  ])('is not %j', (text) => expect(readKey(text)).toBeUndefined());
});
