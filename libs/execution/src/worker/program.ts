import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A program, as its package.json names it. */
export interface FoundProgram {
  readonly name: string;
  readonly version: string | null;
}

/** The program that runs, by the package.json that is nearest to it and has a name; by its file's name where there is none. */
export function findProgram(file = process.argv[1] ?? process.cwd()): FoundProgram {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const found = foundIn(join(folder, 'package.json'));
    if (found !== undefined) return found;
    if (folder === dirname(folder)) return { name: file, version: null };
  }
}

function foundIn(file: string): FoundProgram | undefined {
  if (!existsSync(file)) return undefined;
  const { name, version } = JSON.parse(readFileSync(file, 'utf8')) as { name?: unknown; version?: unknown };
  if (typeof name !== 'string' || name === '') return undefined;
  return { name, version: typeof version === 'string' ? version : null };
}
