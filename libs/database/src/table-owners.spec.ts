import { describe, expect, it } from '@jest/globals';
import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../../..', import.meta.url));
/** In SQL, or alone as a store's table; a prefix of topics has a dot behind it. */
const named = /(?:\b(?:FROM|JOIN|INTO|UPDATE|TABLE|USING)\s+|`)\$\{[^}]*\}\.(\w+)\b(?!\.)/g;
const created = /CREATE TABLE \$\{[^}]*\}\.(\w+)/g;

/** Read by another project too: a filter of jobs asks which replay made a run, a unique key whether its job has begun. */
const readElsewhere: Readonly<Record<string, string>> = {
  replay_jobs: 'libs/projection',
  claims: 'libs/unique-keys',
};

/** The sources of libs and apps, without tests. */
function sources(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name);
    if (entry.isDirectory()) return ['node_modules', 'dist'].includes(entry.name) ? [] : sources(path);
    return path.endsWith('.ts') && !path.endsWith('spec.ts') ? [path] : [];
  });
}

function namesIn(file: string, pattern: RegExp): string[] {
  return [...readFileSync(file, 'utf8').matchAll(pattern)].map(([, name]) => name!);
}

describe('a table', () => {
  it('is named in the SQL of one project alone, besides its migrations', () => {
    const files = ['libs', 'apps'].flatMap((folder) => sources(join(root, folder)));
    const isMigration = (file: string) => file.includes('/migrations/');
    const tables = files.filter(isMigration).flatMap((file) => namesIn(file, created));
    const namedBy = new Map(tables.map((table) => [table, new Set<string>()]));
    for (const file of files.filter((each) => !isMigration(each))) {
      const project = relative(root, file).split('/').slice(0, 2).join('/');
      for (const name of namesIn(file, named))
        if (readElsewhere[name] !== project) namedBy.get(name)?.add(project);
    }
    expect(namedBy.size).toBeGreaterThan(15);
    const shared = [...namedBy].filter(([, projects]) => projects.size !== 1);
    expect(shared.map(([table, projects]) => [table, ...projects])).toEqual([]);
  });
});
