import { existsSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { dirname, extname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';

/** How a file is sent: as it is, or compressed when it was built. */
export type Encoding = 'identity' | 'gzip' | 'br';

/** A file of the console. */
export interface ConsoleFile {
  readonly contentType: string;
  readonly bytes: Readonly<Partial<Record<Encoding, Buffer>>>;
}

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
};
const encodings: Readonly<Record<string, Encoding>> = { '.gz': 'gzip', '.br': 'br' };

/** Where the console was built, beside the API: the API's bundle lies one folder higher than this file. */
export function findConsole(): string | undefined {
  const here = dirname(fileURLToPath(import.meta.url));
  const candidates = ['../..', '../../..'].map((up) => join(here, up, 'console/dist'));
  return candidates.find((folder) => existsSync(join(folder, 'index.html')));
}

/** The files of the console by their path in it: `index.html`, `assets/…`. They are small, and all of them are kept. */
export async function readConsole(folder: string): Promise<ReadonlyMap<string, ConsoleFile>> {
  const files = new Map<string, ConsoleFile>();
  for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
    if (!entry.isFile()) continue;
    const path = join(entry.parentPath, entry.name);
    const encoding = encodings[extname(path)] ?? 'identity';
    const name = relative(folder, encoding === 'identity' ? path : path.slice(0, -extname(path).length));
    const contentType = contentTypes[extname(name)];
    if (contentType === undefined) continue;
    const bytes = { ...files.get(name)?.bytes, [encoding]: await readFile(path) };
    files.set(name, { contentType, bytes });
  }
  return files;
}

/** How to send a file to whoever accepts these encodings: the smallest that they take by its name. */
export function chooseEncoding({ bytes }: ConsoleFile, accepted = ''): Encoding {
  const taken = accepted
    .split(',')
    .map((each) => each.trim().toLowerCase())
    .filter((each) => !/;\s*q=0(\.0*)?$/.test(each))
    .map((each) => each.split(';', 1)[0]!);
  return (['br', 'gzip'] as const).find((each) => taken.includes(each) && bytes[each]) ?? 'identity';
}
