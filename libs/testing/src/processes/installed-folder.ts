import { chmodSync, cpSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { runProgram } from './run-program.js';

const root = fileURLToPath(new URL('../../../../', import.meta.url));
const packages = join(root, 'dist/packages');

/** The parts of a package.json, or of a package in package-lock.json, that say what it needs. */
interface Needs {
  readonly name?: string;
  readonly version?: string;
  readonly bin?: Readonly<Record<string, string>>;
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
   * Packs our packages, has `create-jobstream` write a project of this name and installs what its package.json names. Packages of
   * others get the versions that this repository has, and come from npm's cache where they are in it.
   * @throws Error with the output of what failed
   */
  static async create(name: string): Promise<InstalledFolder> {
    await runToEnd(process.execPath, [join(root, 'node_modules/.bin/nx'), 'run-many', '-t', 'pack'], root);
    const parent = mkdtempSync(join(tmpdir(), 'jobstream-installed-'));
    // Root's Postgres runs as another user, who must be able to pass through.
    chmodSync(parent, 0o711);
    const folder = new InstalledFolder(join(parent, name));
    const command = join(packages, 'create-jobstream/dist/main.js');
    await runToEnd(process.execPath, [command, name, '--packages', packages], parent);
    const manifest = readJson<Needs>(folder.path, 'package.json');
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
    rmSync(dirname(this.path), { recursive: true, force: true });
  }
}

/** A package-lock.json for a project: of ours the tarballs, of others what the repository's lock has of them. */
function lockOf(manifest: Needs): object {
  const { packages: known } = readJson<{ packages: Lock }>(root, 'package-lock.json');
  const wanted: Readonly<Record<string, string>> = { ...manifest.dependencies, ...manifest.devDependencies };
  const locked: Lock = { '': manifest };
  const add = (name: string, neededBy: string) => {
    const folder = foldersUp(neededBy).find((each) => known[`${each}node_modules/${name}`] !== undefined);
    const path = `${folder ?? ''}node_modules/${name}`;
    if (locked[path] !== undefined) return;
    const tarball = wanted[name];
    const entry = tarball?.startsWith('file:') ? lockTarball(name, tarball) : known[path];
    // Optional peers are not installed.
    if (entry === undefined) return;
    locked[path] = entry;
    const { dependencies, optionalDependencies, peerDependencies } = entry;
    for (const need of Object.keys({ ...dependencies, ...optionalDependencies, ...peerDependencies }))
      add(need, `${path}/`);
  };
  for (const need of Object.keys(wanted)) add(need, '');
  return {
    name: manifest.name,
    version: manifest.version,
    lockfileVersion: 3,
    requires: true,
    packages: locked,
  };
}

/** The folders in which a package's needs are looked for, its own first. */
function foldersUp(folder: string): string[] {
  const parts = folder.split('node_modules/');
  return parts.map((_, nth) => parts.slice(0, parts.length - nth).join('node_modules/'));
}

/** @param resolved where the project has it */
function lockTarball(name: string, resolved: string): LockedPackage {
  const { version, bin, dependencies, peerDependencies } = readJson<Needs>(packages, name, 'package.json');
  const hash = createHash('sha512').update(readFileSync(join(packages, `${name}.tgz`)));
  return {
    version,
    bin,
    dependencies,
    peerDependencies,
    resolved,
    integrity: `sha512-${hash.digest('base64')}`,
  };
}

async function runToEnd(command: string, args: readonly string[], cwd: string): Promise<string> {
  const env = { ...process.env, NX_DAEMON: 'false', NX_TUI: 'false', NODE_OPTIONS: '' };
  return (await runProgram(command, args, { cwd, env })).stdout;
}
