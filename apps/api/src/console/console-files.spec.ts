import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { chooseEncoding, readConsole, type ConsoleFile } from './console-files.js';

describe('the files of the console', () => {
  it('are found by their path, with what was compressed, and nothing else is', async () => {
    const folder = mkdtempSync(join(tmpdir(), 'jobstream-console-'));
    mkdirSync(join(folder, 'assets'));
    for (const name of ['index.html', 'index.html.br', 'index.html.gz', 'assets/a.js', 'secret.key'])
      writeFileSync(join(folder, name), name);
    const files = await readConsole(folder);
    rmSync(folder, { recursive: true });
    expect([...files.keys()].sort()).toEqual(['assets/a.js', 'index.html']);
    expect(files.get('index.html')).toEqual({
      contentType: 'text/html; charset=utf-8',
      bytes: {
        identity: Buffer.from('index.html'),
        br: Buffer.from('index.html.br'),
        gzip: Buffer.from('index.html.gz'),
      },
    });
  });
});

describe('the encoding of a file', () => {
  const some = Buffer.from('x');
  const file: ConsoleFile = { contentType: 'text/css', bytes: { identity: some, gzip: some, br: some } };

  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['BR;q=0.5, GZIP', 'br'],
    ['br;q=0, gzip', 'gzip'],
    ['br;q=0.0,gzip; q=0', 'identity'],
    ['', 'identity'],
    [undefined, 'identity'],
  ])('is the smallest that is accepted: %s', (accepted, encoding) => {
    expect(chooseEncoding(file, accepted)).toBe(encoding);
  });

  it('is one that there is', () => {
    expect(chooseEncoding({ contentType: 'text/css', bytes: { identity: some } }, 'br')).toBe('identity');
  });
});
