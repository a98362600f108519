import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { routeContracts } from '@jobstream/contracts/openapi';
import ts from 'typescript';
import { makeProgram } from './program.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const pages = ['docs/coming-from-bullmq.md', 'docs/coming-from-celery.md'];

/** The code of ours on a page: what its tables are written with, and what stands in backticks in their right columns. */
function readPage(page: string) {
  const text = readFileSync(join(root, page), 'utf8');
  const [, prelude] = /```ts\n([\s\S]*?)```/.exec(text)!;
  const rows = text.split('\n').filter((line) => line.startsWith('|'));
  const cells = rows.map((row) =>
    row
      .split(/(?<!\\)\|/)
      .at(-2)!
      .replaceAll('\\|', '|'),
  );
  const prose = text.slice(text.indexOf('## What Jobstream does not have'));
  const snippets = [...cells, prose].flatMap(codeIn);
  return {
    prelude: prelude!,
    // In prose stands the name of a command alone.
    commands: cells.flatMap(codeIn).filter((each) => each.startsWith('npx jobstream ')),
    routes: snippets.filter((each) => /^(GET|PUT|POST|DELETE) \//.test(each)),
    statements: snippets.filter((each) =>
      /^(const|for await|throw|await|\(await|jobs\.[\w.]+\(|ctx\.|new [A-Z]\w+\(|define\w+\(|\w+\.handle\(|worker\()/.test(
        each,
      ),
    ),
  };
}

function codeIn(text: string): string[] {
  return [...text.matchAll(/`([^`]+)`/g)].map(([, code]) => code!);
}

/** The page as a module: each statement stands in a handler, where `ctx`, `id` and a function that sends are at hand. */
function moduleOf(page: string): string {
  const { prelude, statements } = readPage(page);
  return [
    "import type { JobContext } from '@jobstream/worker';",
    prelude,
    'declare function send(to: string, signal?: AbortSignal): Promise<never>;',
    'export const used = [exponentialBackoff, NonRetryableError, RetryAfterError, worker, runJob];',
    ...statements.map(
      (each, at) =>
        `export async function statement${at}(ctx: JobContext, id: string) { { ${each} } void [ctx, id]; }`,
    ),
  ].join('\n');
}

/** The faults of modules that stand in no file, by their names: one compilation, which takes in what they import. */
function compile(modules: ReadonlyMap<string, string>): string[] {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, ts.sys, root);
  const host = ts.createCompilerHost(options);
  const { getSourceFile, fileExists } = host;
  host.fileExists = (name) => modules.has(name) || fileExists(name);
  host.getSourceFile = (name, settings, ...rest) => {
    const source = modules.get(name);
    return source === undefined
      ? getSourceFile(name, settings, ...rest)
      : ts.createSourceFile(name, source, settings);
  };
  const program = ts.createProgram([...modules.keys()], { ...options, noUnusedLocals: false }, host);
  return [...modules].flatMap(([name, source]) => {
    const file = program.getSourceFile(name)!;
    return [...program.getSyntacticDiagnostics(file), ...program.getSemanticDiagnostics(file)].map(
      (fault) => {
        const { line } = ts.getLineAndCharacterOfPosition(file, fault.start ?? 0);
        return `${source.split('\n')[line]}: ${ts.flattenDiagnosticMessageText(fault.messageText, '\n')}`;
      },
    );
  });
}

it('the TypeScript of the pages for newcomers compiles against the client and the worker', () => {
  for (const page of pages) expect(readPage(page).statements.length).toBeGreaterThan(20);
  const modules = pages.map(
    (page, at) => [join(root, `apps/cli/src/page-${at}.mts`), moduleOf(page)] as const,
  );
  expect(compile(new Map(modules))).toEqual([]);
}, 180_000);

describe.each(pages)('%s', (page) => {
  it('has commands that the program takes', async () => {
    const { commands } = readPage(page);
    expect(commands.length).toBeGreaterThan(4);
    for (const command of commands) {
      const words = command
        .match(/(?:"[^"]*"|'[^']*'|[^\s"'])+/g)!
        .slice(2)
        .map((word) => word.replace(/^(["'])(.*)\1$/, '$2'));
      let ran = 0;
      await makeProgram({}, async () => void (ran += 1)).parseAsync(words, { from: 'user' });
      expect([command, ran]).toEqual([command, 1]);
    }
  });

  it('names routes that there are', () => {
    const known = routeContracts([]).map(({ route }) => route as string);
    expect(readPage(page).routes.filter((route) => !known.includes(route))).toEqual([]);
  });
});
