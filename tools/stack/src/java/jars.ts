import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, statSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { builtFile, packageFile } from '../built-file.js';
import { FolderError, isFull, makeFolder } from '../file-errors.js';
import type { Progress } from '../output/progress.js';

/** One jar of the lock file. */
export interface Jar {
  groupId: string;
  artifactId: string;
  version: string;
  bytes: number;
  sha256: string;
}

const PARALLEL_DOWNLOADS = 6;
const ATTEMPTS_PER_JAR = 3;
const STALL_LIMIT_MS = 30_000;
const REPORT_INTERVAL_MS = 1_000;

/** The jars that a program needs, all of them. */
export interface JarLock {
  /** What they make, for people: `Kafka 4.3.1`. */
  name: string;
  jars: Jar[];
}

/** Reads a lock file of this package, as lock-jars.mjs writes them; undefined where there is none. */
export function readJarLock(program: string, version: string): Jar[] | undefined {
  const file = packageFile(`${program}-${version}.lock.json`);
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as { jars: Jar[] }).jars : undefined;
}

/**
 * Makes sure that the jars are in the cache, byte for byte those of the lock file, and returns
 * their paths. Fetches what is missing or damaged from Maven Central; touches no network when nothing is.
 *
 * @throws FolderError, which names XDG_CACHE_HOME, when the cache can't be written to
 * @throws Error when a jar can't be fetched, or what came is not what the lock file names
 */
export async function provideJars(
  { name, jars }: JarLock,
  cacheFolder: string,
  progress: Progress,
): Promise<string[]> {
  const folder = join(cacheFolder, 'jars');
  const path = (jar: Jar) => join(folder, `${jar.artifactId}-${jar.version}-${jar.sha256.slice(0, 12)}.jar`);

  const intact = await Promise.all(jars.map((jar) => isIntact(path(jar), jar)));
  const missing = jars.filter((_, index) => !intact[index]).sort((a, b) => b.bytes - a.bytes);
  if (missing.length > 0) {
    makeFolder(folder, 'XDG_CACHE_HOME');
    await fetchJars(name, missing, folder, path, progress);
  }
  return jars.map(path);
}

async function isIntact(file: string, jar: Jar): Promise<boolean> {
  try {
    if (statSync(file).size !== jar.bytes) return false;
    return (
      createHash('sha256')
        .update(await readFile(file))
        .digest('hex') === jar.sha256
    );
  } catch {
    return false;
  }
}

async function fetchJars(
  program: string,
  missing: Jar[],
  folder: string,
  path: (jar: Jar) => string,
  progress: Progress,
): Promise<void> {
  const total = missing.reduce((sum, jar) => sum + jar.bytes, 0);
  let fetched = 0;
  let bytes = 0;
  let reportedAt = -Infinity;
  const report = () => {
    if (performance.now() - reportedAt < REPORT_INTERVAL_MS && fetched < missing.length) return;
    reportedAt = performance.now();
    progress(
      `fetching ${program}: ${fetched}/${missing.length} jars, ${megabytes(bytes)} of ${megabytes(total)} MB`,
    );
  };
  report();
  const queue = [...missing];
  const lane = async () => {
    for (let jar = queue.shift(); jar; jar = queue.shift()) {
      await fetchJar(jar, folder, path(jar));
      fetched += 1;
      bytes += jar.bytes;
      report();
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_DOWNLOADS }, lane));
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

async function fetchJar(jar: Jar, folder: string, target: string): Promise<void> {
  const name = `${jar.groupId}:${jar.artifactId}:${jar.version}`;
  let lastError: unknown;
  for (let attempt = 1; attempt <= ATTEMPTS_PER_JAR; attempt++) {
    const unverified = `${randomBytes(6).toString('hex')}.unverified`;
    const file = join(folder, unverified);
    try {
      await downloadInThread(jar, folder, unverified);
      if (!(await isIntact(file, jar))) throw new Error('what came is not what the lock file names');
      renameSync(file, target);
      return;
    } catch (error) {
      lastError = error;
    } finally {
      rmSync(file, { force: true });
    }
  }
  if (isFull(lastError)) throw new FolderError(folder, 'XDG_CACHE_HOME', lastError);
  throw new Error(
    `Could not fetch ${name} from Maven Central: ${(lastError as Error).message}. ` +
      'Check the network and start again: what has been fetched is kept.',
    { cause: lastError },
  );
}

function downloadInThread(jar: Jar, folder: string, file: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(builtFile('java/jar-download.js'), {
      workerData: { jar, folder, file },
      execArgv: [],
    });
    let size = -1;
    const stallCheck = setInterval(() => {
      const path = join(folder, file);
      const now = existsSync(path) ? statSync(path).size : 0;
      if (now === size) {
        reject(new Error(`no byte came for ${STALL_LIMIT_MS / 1000} s`));
        void thread.terminate();
      }
      size = now;
    }, STALL_LIMIT_MS);
    thread.once('message', () => resolve());
    thread.once('error', reject);
    thread.once('exit', () => {
      clearInterval(stallCheck);
      reject(new Error('the download ended early'));
    });
  });
}
