/** A compiled file of this package, found alike from `src` (under jest) and from `dist`: child processes and threads need JavaScript. */
export function builtFile(name: string): URL {
  return new URL(`../dist/${name}`, import.meta.url);
}
