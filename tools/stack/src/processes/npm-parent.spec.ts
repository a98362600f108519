import { describe, expect, it } from '@jest/globals';
import { isShell, readStatLine } from './npm-parent.js';

describe('readStatLine', () => {
  it('finds name and parent, whatever the name holds', () => {
    expect(readStatLine('42 (npm start) S 7 42 42 0')).toEqual({ name: 'npm start', parent: 7 });
    expect(readStatLine('42 (a) (b) S 7 42')).toEqual({ name: 'a) (b', parent: 7 });
  });
});

describe('isShell', () => {
  it.each(['sh', '-sh', 'bash', '/bin/dash', 'zsh'])('takes %s for one', (name) =>
    expect(isShell(name)).toBe(true),
  );
  it.each(['node', 'npm start', 'fish.js'])('does not take %s for one', (name) =>
    expect(isShell(name)).toBe(false),
  );
});
