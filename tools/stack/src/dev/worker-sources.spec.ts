import { mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { UsageError } from '../usage-error.js';
import { findWorkerFile, WorkerSources } from './worker-sources.js';

describe('the files of a worker', () => {
  let folder: string;
  const write = (name: string, text: string) => writeFileSync(join(folder, name), text);
  const sources = () =>
    new WorkerSources(findWorkerFile(folder, undefined), folder, (line) => {
      throw new Error(line);
    });
  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'worker-sources-'));
    mkdirSync(join(folder, 'src/letters'), { recursive: true });
    write('src/worker.ts', `import { text } from './letters/letter.js';\nconsole.log(text);\n`);
    write('src/letters/letter.ts', `export const text: string = 'Dear Ada';\n`);
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('are all that its first file imports, in TypeScript, and a change of any of them is seen', async () => {
    const worker = sources();
    expect(await worker.check()).toEqual([]);
    write('src/letters/letter.ts', `export const text = 'Dear Grace';\n`);
    expect(await worker.changed()).toEqual(['src/letters/letter.ts']);
  });

  it('are told with line and column where their syntax is wrong, and checked again once that is mended', async () => {
    const worker = sources();
    expect(await worker.check()).toEqual([]);
    write('src/letters/letter.ts', `\nexport const text = = 'Dear Ada';\n`);
    expect(await worker.changed()).toEqual(['src/letters/letter.ts']);
    expect(await worker.check()).toEqual(['src/letters/letter.ts:2:21 Unexpected "="']);
    write('src/letters/letter.ts', `export const text = 'Dear Ada';\n`);
    expect(await worker.changed()).toEqual(['src/letters/letter.ts']);
    expect(await worker.check()).toEqual([]);
  });

  it('are told where one is missing, which is seen once it is there', async () => {
    write('src/worker.ts', `import './stamp.js';\n`);
    const worker = sources();
    expect(await worker.check()).toEqual(['src/worker.ts:1:8 Could not resolve "./stamp.js"']);
    write('src/stamp.ts', 'export {};\n');
    expect(await worker.changed()).toEqual(['src/stamp.ts']);
    expect(await worker.check()).toEqual([]);
  });

  it('begin with the file that is named, or one in a usual place, and a person is told where none is', () => {
    expect(findWorkerFile(folder, 'src/letters/letter.ts')).toBe(join(folder, 'src/letters/letter.ts'));
    expect(() => findWorkerFile(folder, 'src/none.ts')).toThrow(UsageError);
    rmSync(join(folder, 'src/worker.ts'));
    expect(() => findWorkerFile(folder, undefined)).toThrow(/Name it with --worker <file>/);
  });
});
