import { chmodSync, existsSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve, sep } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readVariable } from './environment.js';
import { FolderError, makeFolder } from './file-errors.js';

/** The folder of the repository; in the package `jobstream` the package's, which has the folders of the repository that it needs. */
export const repositoryFolder = fileURLToPath(new URL('../../../', import.meta.url));

/** Where one platform keeps what it needs on this machine. */
export interface Workplace {
  home: string;
  kafka: string;
  postgres: string;
  storage: string;
  logs: string;
  demo: string;
  /** Mails that were caught instead of delivered. */
  mails: string;
  /** Who runs here: {@link StarterLock}. */
  starterFile: string;
  /** `{service, instance, pid, port}` of every running process. */
  processesFile: string;
}

/**
 * `.jobstream`, or JOBSTREAM_HOME; files in storage where STORAGE_DIR says.
 * @param folder from which these are seen: the repository unless given
 */
export function findWorkplace(environment = process.env, folder = repositoryFolder): Workplace {
  const home = resolve(folder, readVariable('JOBSTREAM_HOME', environment) ?? '.jobstream');
  return {
    home,
    kafka: join(home, 'kafka'),
    postgres: join(home, 'postgres'),
    storage: resolve(folder, readVariable('STORAGE_DIR', environment) ?? join(home, 'storage')),
    logs: join(home, 'logs'),
    demo: join(home, 'demo'),
    mails: join(home, 'mails'),
    starterFile: join(home, 'starter.json'),
    processesFile: join(home, 'processes.json'),
  };
}

/** A folder of root's that others may pass through, and not look into: root's Postgres runs as another user. */
const PASSABLE = 0o711;
const PRIVATE = 0o700;

/**
 * Makes the home and the folders in it, and lets nobody else look into them: they hold passwords, payloads, mails and logs. From
 * here on what this process and those that it starts write is for this user alone. A home that is there already keeps its own
 * permissions, since JOBSTREAM_HOME may name a folder with other things in it; what lies in it becomes private.
 * @throws FolderError, which names JOBSTREAM_HOME, when it can't be used
 */
export function prepareWorkplace(
  { home, postgres, ...places }: Workplace,
  isRoot = process.getuid?.() === 0,
): void {
  process.umask(0o077);
  const isNew = !existsSync(home);
  prepareHome(home);
  if (isNew && isRoot) chmodSync(home, PASSABLE);
  const { kafka, storage, logs, demo, mails } = places;
  makePrivate(postgres, isRoot ? PASSABLE : PRIVATE);
  for (const folder of [kafka, storage, logs, demo, mails])
    if (folder.startsWith(home + sep)) makePrivate(folder, PRIVATE);
}

function makePrivate(folder: string, mode: number): void {
  try {
    mkdirSync(folder, { recursive: true });
    chmodSync(folder, mode);
  } catch (error) {
    throw new FolderError(folder, 'JOBSTREAM_HOME', error);
  }
}

/** Postgres knows paths of up to 1,023 bytes (MAXPGPATH), and adds some of its own. */
const LONGEST_HOME = 850;

/**
 * Makes the home where it is missing, and makes sure that there is room in it.
 * @throws FolderError, which names JOBSTREAM_HOME, when it can't be used
 */
export function prepareHome(home: string): void {
  const refuse = (why: string) => {
    throw new FolderError(home, 'JOBSTREAM_HOME', new Error(why));
  };
  if (Buffer.byteLength(home) > LONGEST_HOME)
    refuse(`a path of over ${LONGEST_HOME} bytes is too long for Postgres`);
  if (/[\r\n]/.test(home)) refuse('there is a line break in the path');
  makeFolder(home, 'JOBSTREAM_HOME');
  const probe = join(home, 'room.probe');
  try {
    writeFileSync(probe, 'room');
  } catch (error) {
    throw new FolderError(home, 'JOBSTREAM_HOME', error);
  } finally {
    rmSync(probe, { force: true });
  }
}
