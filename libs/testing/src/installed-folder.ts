import { cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** The parts of a package.json, or of a package in package-lock.json, that say what it needs. */
interface Needs {
  readonly name?: string;
  readonly version?: string;
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly optionalDependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly peerDependencies?: Readonly<Record<string, string>>;
}
interface LockedPackage extends Needs {
  readonly resolved?: string;
  readonly integrity?: string;
}
/** `packages` of a package-lock.json: by folder. */
type Lock = Record<string, LockedPackage>;

const readJson = <Shape>(...path: string[]) => JSON.parse(readFileSync(join(...path), 'utf8')) as Shape;

/** A project in a new folder outside the repository, with its packages installed: ours from their tarballs. */
export class InstalledFolder {
  private constructor(
    /** Where it is. */
    readonly path: string,
  ) {}

  /**
   * Packs our packages, copies `examples/<example>` into a new folder and installs what its package.json names. Packages of others
   * get the versions that this repository has, and come from npm's cache where they are in it.
   * @throws Error with the output of what failed
   */
  static async install(example: string): Promise<InstalledFolder> {
    await runToEnd(process.execPath, [join(root, 'node_modules/.bin/nx'), 'run-many', '-t', 'pack'], root);
    const folder = new InstalledFolder(mkdtempSync(join(tmpdir(), 'jobstream-installed-')));
    folder.copy(example, '.');
    const manifest = folder.nameTarballs();
    writeFileSync(join(folder.path, 'package-lock.json'), JSON.stringify(lockOf(manifest)));
    await folder.run('npm', 'ci', '--prefer-offline', '--ignore-scripts', '--no-audit', '--no-fund');
    return folder;
  }

  /** Copies an example into a folder within this one, where it finds the packages that are installed here. */
  copy(example: string, into: string): void {
    cpSync(join(root, 'examples', example), join(this.path, into), {
      recursive: true,
      filter: (file) => !['node_modules', 'dist'].includes(basename(file)),
    });
  }

  /** Runs a program in the folder. @returns what it wrote to standard output @throws Error with all its output when it fails */
  run(command: string, ...args: string[]): Promise<string> {
    return runToEnd(command, args, this.path);
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }

  /** In the example, tarballs have paths within the repository. */
  private nameTarballs(): Needs {
    const text = readFileSync(join(this.path, 'package.json'), 'utf8');
    const absolute = text.replaceAll('file:../../dist/packages/', `file:${join(root, 'dist/packages')}/`);
    writeFileSync(join(this.path, 'package.json'), absolute);
    return JSON.parse(absolute) as Needs;
  }
}

/** A package-lock.json for a project: of ours the tarballs, of others what the repository's lock has of them. */
function lockOf(manifest: Needs): object {
  const { packages: known } = readJson<{ packages: Lock }>(root, 'package-lock.json');
  const packages: Lock = { '': manifest };
  const add = (name: string, neededBy: string) => {
    const folder = foldersUp(neededBy).find((each) => known[`${each}node_modules/${name}`] !== undefined);
    const path = `${folder ?? ''}node_modules/${name}`;
    if (packages[path] !== undefined) return;
    const entry = name.startsWith('@jobstream/') ? lockTarball(name) : known[path];
    // Optional peers are not installed.
    if (entry === undefined) return;
    packages[path] = entry;
    const { dependencies, optionalDependencies, peerDependencies } = entry;
    for (const need of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      add(need, `${path}/`);
  };
  for (const need of Object.keys({ ...manifest.dependencies, ...manifest.devDependencies })) add(need, '');
  return { name: manifest.name, version: manifest.version, lockfileVersion: 3, requires: true, packages };
}

/** The folders in which a package's needs are looked for, its own first. */
function foldersUp(folder: string): string[] {
  const parts = folder.split('node_modules/');
  return parts.map((_, nth) => parts.slice(0, parts.length - nth).join('node_modules/'));
}

function lockTarball(name: string): LockedPackage {
  const tarball = join(root, 'dist/packages', `${name}.tgz`);
  const { version, dependencies, peerDependencies } = readJson<Needs>(
    root,
    'dist/packages',
    name,
    'package.json',
  );
  const integrity = `sha512-${createHash('sha512').update(readFileSync(tarball)).digest('base64')}`;
  return { version, dependencies, peerDependencies, resolved: `file:${tarball}`, integrity };
}

async function runToEnd(command: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NODE_OPTIONS: '' };
  return (await runProgram(command, args, { cwd, env })).stdout;
}
