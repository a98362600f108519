import { appendFileSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogFollower } from './log-follower.js';

describe('a log that is followed', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'log-follower-'));
    file = join(folder, 'worker-1.log');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('gives what comes after it was opened, whole lines only', () => {
    writeFileSync(file, 'before\n');
    const follower = new LogFollower(file);
    expect(follower.read()).toEqual([]);
    appendFileSync(file, 'one\ntw');
    expect(follower.read()).toEqual(['one']);
    appendFileSync(file, 'o\n');
    expect(follower.read()).toEqual(['two']);
  });

  it('may be made later, and keeps a letter whole that comes in two parts', () => {
    const follower = new LogFollower(file);
    expect(follower.read()).toEqual([]);
    const bytes = Buffer.from('日本\n');
    writeFileSync(file, bytes.subarray(0, 4));
    expect(follower.read()).toEqual([]);
    appendFileSync(file, bytes.subarray(4));
    expect(follower.read()).toEqual(['日本']);
  });

  it('is read from its beginning once another one is in its place', () => {
    writeFileSync(file, 'a long line before\n');
    const follower = new LogFollower(file);
    writeFileSync(file, 'new\n');
    expect(follower.read()).toEqual(['new']);
  });

  it('has its very long lines cut', () => {
    const follower = new LogFollower(file);
    writeFileSync(file, `${'x'.repeat(1_000_000)}\nnext\n`);
    expect(follower.read().map(({ length }) => length)).toEqual([10_000, 4]);
  });
});
