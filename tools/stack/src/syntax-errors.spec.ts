import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryFolder } from './workplace.js';

const sources = {
  'whole.ts': 'export const a: number = 1;\n',
  'expression.ts': 'const a = 1;\nconst b: number = ;\n',
  'string.ts': 'function f() {\n  return "abc;\n}\n',
  'brace.ts': 'export class X {\n  m() {\n    if (true) {\n  }\n',
  'two.ts': 'return 5;\nimport x from y;\n',
  'await.ts': 'function g() { await x; }\n',
};

describe('the errors that keep sources from being built', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'syntax-errors-'));
    for (const [name, text] of Object.entries(sources)) writeFileSync(join(folder, name), text);
  });
  afterAll(() => rmSync(folder, { recursive: true }));

  function look(...names: string[]) {
    const program = join(repositoryFolder, 'tools/syntax-errors.mjs');
    const files = names.map((name) => join(folder, name));
    const env = { ...process.env, NODE_OPTIONS: '' };
    const { stdout, status } = spawnSync(process.execPath, [program, ...files], { encoding: 'utf8', env });
    return { lines: stdout.replaceAll(`${folder}/`, '').trimEnd().split('\n'), status };
  }

  it('are a line each, with file, line and column first', () => {
    expect(look(...Object.keys(sources), 'removed.ts')).toEqual({
      lines: [
        'expression.ts:2:19 Expression expected',
        'string.ts:2:10 Unterminated string constant',
        "brace.ts:4:5 Expected '}', got '<eof>'",
        'brace.ts:4:5 Unexpected eof',
        'two.ts:1:1 Return statement is not allowed here',
        'two.ts:2:15 Unexpected token `ident`. Expected a string literal',
        "await.ts:1:16 await isn't allowed in non-async function",
      ],
      status: 1,
    });
  });

  it('are none where all can be built', () => {
    expect(look('whole.ts')).toEqual({ lines: [''], status: 0 });
  });
});
