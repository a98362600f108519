import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { startTypeCheck } from './type-check.js';
import type { TypeReport } from './type-faults.js';

const config = {
  compilerOptions: { strict: true, noEmit: true, types: [], lib: ['es2023'], skipLibCheck: true },
  include: ['*.ts'],
};

describe('the check of the types beside the platform', () => {
  let folder: string;
  let checker: ChildProcess;
  beforeEach(() => {
    folder = mkdtempSync(join(realpathSync(tmpdir()), 'type-check-'));
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config));
  });
  afterEach(async () => {
    const ended = once(checker, 'exit');
    checker.disconnect();
    await ended;
    rmSync(folder, { recursive: true });
  });

  const report = async () => {
    const [message] = (await once(checker, 'message')) as [TypeReport];
    return message.faults.map(({ file, line, column, message }) => `${file}:${line}:${column} ${message}`);
  };

  it('tells file, line and message, and that all is well once it is mended', async () => {
    const source = join(folder, 'place.ts');
    writeFileSync(source, `export const port: { n: number } =\n  { n: 'x' };\n`);
    checker = startTypeCheck(join(folder, 'tsconfig.json'), join(folder, 'memory'));
    expect(await report()).toEqual([
      "place.ts:2:5 Type 'string' is not assignable to type 'number'. (TS2322)",
    ]);
    const mended = report();
    writeFileSync(source, 'export const port = { n: 1 };\n');
    expect(await mended).toEqual([]);
  });
});
