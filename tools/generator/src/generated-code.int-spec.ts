import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import ts from 'typescript';
import { applyChanges, ChangeError, type Change } from './change.js';
import { generateJob } from './generate-job.js';
import { generateRoute } from './generate-route.js';
import { generateTable } from './generate-table.js';
import { generateWorker } from './generate-worker.js';

const repository = fileURLToPath(new URL('../../../', import.meta.url));

describe('generated code', () => {
  let copy: string;
  beforeAll(() => {
    copy = mkdtempSync(join(tmpdir(), 'jobstream-generator-'));
    copyRepository(copy);
  });
  afterAll(() => rmSync(copy, { recursive: true, force: true }));

  const apply = (changes: Change[]) => applyChanges(copy, changes);

  it('passes the type check, beside what it was put into', () => {
    const written = [
      ...apply(generateWorker('billing')),
      ...apply(generateJob(copy, 'invoice.send', 'billing')),
      ...apply(generateJob(copy, 'probe.again', 'probe')),
      ...apply(generateRoute('billing-runs')),
      ...apply(generateTable('billing-runs', 1_900_000_000_000)),
    ];
    const files = [...new Set(written)]
      .filter((path) => path.endsWith('.ts'))
      .map((path) => join(copy, path));
    expect(files.length).toBeGreaterThan(15);
    expect(findTypeFaults(copy, files)).toEqual([]);
  });

  it('never takes the place of what is there', () => {
    expect(() => apply(generateWorker('probe'))).toThrow(ChangeError);
    expect(() => apply(generateJob(copy, 'probe.run', 'probe'))).toThrow('is there already');
    expect(() => generateJob(copy, 'a.b', 'nowhere')).toThrow('npm run new -- worker nowhere');
  });
});

/** What the type check reads: sources, and packages of which ours are those of the copy. */
function copyRepository(to: string): void {
  for (const name of ['apps', 'libs', 'docker-compose.yml', 'tsconfig.json', 'package.json']) {
    cpSync(join(repository, name), join(to, name), {
      recursive: true,
      filter: (path) => !/\/(dist|node_modules)$/.test(path),
    });
  }
  const packages = join(repository, 'node_modules');
  mkdirSync(join(to, 'node_modules/@jobstream'), { recursive: true });
  for (const name of readdirSync(packages)) {
    if (name !== '@jobstream') symlinkSync(join(packages, name), join(to, 'node_modules', name));
  }
  for (const folder of ['apps', 'libs']) {
    for (const name of readdirSync(join(to, folder)))
      symlinkSync(join(to, folder, name), join(to, 'node_modules/@jobstream', name));
  }
}

function findTypeFaults(root: string, files: string[]): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), (path) => ts.sys.readFile(path)) as {
    config: { compilerOptions: object };
  };
  const { options } = ts.convertCompilerOptionsFromJson(config.compilerOptions, root);
  const program = ts.createProgram(files, options);
  return files
    .flatMap((file) => {
      const source = program.getSourceFile(file);
      return [...program.getSyntacticDiagnostics(source), ...program.getSemanticDiagnostics(source)];
    })
    .map(
      ({ file, messageText }) =>
        `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, ' ')}`,
    );
}
