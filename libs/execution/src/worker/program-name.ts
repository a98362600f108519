import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** The `name` of the package.json that is nearest to the program that runs; its file's name where there is none. */
export function programName(file = process.argv[1] ?? process.cwd()): string {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const name = nameIn(join(folder, 'package.json'));
    if (name !== undefined) return name;
    if (folder === dirname(folder)) return file;
  }
}

function nameIn(file: string): string | undefined {
  if (!existsSync(file)) return undefined;
  const { name } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown };
  return typeof name === 'string' && name !== '' ? name : undefined;
}
