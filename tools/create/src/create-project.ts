import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';

/** What is to be written, and where. */
export interface CreateOptions {
  /** Where the project goes; made where it is missing. */
  folder: string;
  /** A folder with tarballs of our packages, as `npm run pack` makes it; they are copied into the project. Undefined for the registry. */
  packages: string | undefined;
}

/** A project that was written. */
export interface CreatedProject {
  name: string;
  /** As seen from the present one. */
  folder: string;
  /** As seen from the project's folder. */
  files: string[];
}

/** The project can't be written as asked; nothing was written. The message says what to do. */
export class CreateError extends Error {
  override readonly name = 'CreateError';
}

const template = fileURLToPath(new URL('../template/', import.meta.url));

/** npm leaves these out of a tarball under their own names. */
const renamed: Readonly<Record<string, string>> = {
  gitignore: '.gitignore',
  dockerignore: '.dockerignore',
  'package.template.json': 'package.json',
};

const ours = ['@jobstream/client', '@jobstream/worker', 'jobstream'];
const maxNameLength = 214;
/** What a project of this name would have to install itself. */
const taken = [...ours, 'create-jobstream', 'zod', 'typescript', 'node_modules'];

/**
 * Writes a project with jobs of its own. It is called as its folder.
 * @throws CreateError when its name is none for a package, when a file is there already, or a tarball is missing
 */
export function createProject({ folder, packages }: CreateOptions): CreatedProject {
  const place = resolve(folder);
  const name = basename(place);
  requireName(name);
  const files = listTemplate();
  const tarballs = packages === undefined ? [] : ours.map((each) => findTarball(resolve(packages), each));
  requireFree(place, [...files.map(({ path }) => path), ...(packages === undefined ? [] : ['packages'])]);
  for (const { source, path } of files) {
    mkdirSync(dirname(join(place, path)), { recursive: true });
    writeFileSync(join(place, path), fill(readFileSync(join(template, source), 'utf8'), name, tarballs));
  }
  for (const { file, copy } of tarballs) {
    mkdirSync(dirname(join(place, copy)), { recursive: true });
    copyFileSync(file, join(place, copy));
  }
  return {
    name,
    folder: relative(process.cwd(), place) || '.',
    files: [...files.map(({ path }) => path), ...tarballs.map(({ copy }) => copy)].sort(),
  };
}

function requireName(name: string): void {
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name) || name.length > maxNameLength)
    throw new CreateError(
      `"${name}" can't be the name of a package, as the folder of a project is: begin with a letter or digit, and use ` +
        `small letters, digits, dots, dashes and underscores only, at most ${maxNameLength}. Choose another folder.`,
    );
  if (taken.includes(name))
    throw new CreateError(
      `"${name}" is the name of a package that the project needs. Choose another folder.`,
    );
}

function requireFree(place: string, paths: readonly string[]): void {
  if (existsSync(place) && !statSync(place).isDirectory())
    throw new CreateError(`${place} is a file. Choose another folder.`);
  const present = paths.filter((path) => existsSync(join(place, path)));
  if (present.length > 0)
    throw new CreateError(
      `${place} has ${present.join(', ')} already, and nothing is overwritten. Choose another folder: npx jobstream init my-jobs`,
    );
}

function listTemplate(): { source: string; path: string }[] {
  return readdirSync(template, { recursive: true, encoding: 'utf8' })
    .filter((source) => statSync(join(template, source)).isFile())
    .map((source) => ({ source, path: renamed[source] ?? source }));
}

interface Tarball {
  name: string;
  file: string;
  /** Where the project has it. */
  copy: string;
}

function findTarball(folder: string, name: string): Tarball {
  const file = join(folder, `${name}.tgz`);
  if (!existsSync(file))
    throw new CreateError(`There is no ${file}. Make it in the repository of Jobstream: npm run pack`);
  return { name, file, copy: `packages/${name.replace('@jobstream/', 'jobstream-')}.tgz` };
}

/** Puts in what differs from project to project. */
function fill(text: string, project: string, tarballs: readonly Tarball[]): string {
  const { version } = JSON.parse(readFileSync(new URL('../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  const named = tarballs.reduce(
    (result, { name, copy }) => result.replaceAll(`"${name}": "VERSION"`, `"${name}": "file:${copy}"`),
    text,
  );
  return named.replaceAll('PROJECT', project).replaceAll('VERSION', `^${version}`);
}
