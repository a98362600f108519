/** A compiled file of this package, found alike from `src` (under jest) and from `dist`: child processes and threads need JavaScript. */
export function builtFile(name: string): URL {
  return packageFile(`dist/${name}`);
}

/** A file of this package. */
export function packageFile(name: string): URL {
  return new URL(`../${name}`, import.meta.url);
}
