import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { buildFolder, openUserCache } from '@jobstream/stack';

const root = new URL('../../../', import.meta.url);
const modules = fileURLToPath(new URL('node_modules', root));
const given = (file: string) => fileURLToPath(new URL(`e2e/generated-clients/${file}`, root));

/** The output of a program. */
interface Said {
  readonly stdout: string;
  readonly stderr: string;
}

/**
 * Runs a program to its end.
 * @throws Error with all its output when it fails
 */
function run(command: string, args: readonly string[], env = process.env): Said {
  const { status, stdout, stderr, error } = spawnSync(command, args, { encoding: 'utf8', env });
  if (status === 0) return { stdout, stderr };
  throw new Error(`${command} ${args.join(' ')}\n${stdout}${stderr}`, { cause: error });
}

const runNode = (file: string, ...args: string[]) => run(process.execPath, [file, ...args]);

/** A folder from which npm's packages are found, with an OpenAPI document in it. */
export function folderWith(document: unknown): string {
  const cache = join(modules, '.cache');
  mkdirSync(cache, { recursive: true });
  const folder = mkdtempSync(join(cache, 'generated-clients-'));
  writeFileSync(join(folder, 'openapi.json'), JSON.stringify(document));
  return folder;
}

/**
 * Makes the types of a client by openapi-typescript, checks `use-client.mts` against them and runs it.
 * @returns the value that it printed
 */
export function useTypeScriptClient(folder: string, url: string): unknown {
  const inFolder = (file: string) => join(folder, file);
  copyFileSync(given('use-client.mts'), inFolder('use-client.mts'));
  // A field with a default may be left out of what is sent.
  const maker = [inFolder('openapi.json'), '-o', inFolder('api.mts'), '--default-non-nullable=false'];
  runNode(join(modules, 'openapi-typescript/bin/cli.js'), ...maker);
  const kind = '--ignoreConfig --strict --skipLibCheck --module nodenext --target es2023 --types node';
  const places = ['--rootDir', folder, '--outDir', inFolder('built'), inFolder('use-client.mts')];
  runNode(join(modules, 'typescript/bin/tsc'), ...kind.split(' '), ...places);
  return JSON.parse(runNode(inFolder('built/use-client.mjs'), url).stdout);
}

/** Why no Python client can be made here; undefined where one can. */
export function whyNoPython(): string | undefined {
  const ask = (...args: string[]) => spawnSync('python3', args, { encoding: 'utf8' });
  const { status, stdout } = ask('-c', 'import sys; print(sys.version_info >= (3, 11))');
  if (status !== 0) return 'there is no python3';
  if (stdout.trim() !== 'True') return 'python3 is older than 3.11';
  return ask('-m', 'pip', '--version').status === 0 ? undefined : 'python3 has no pip';
}

/** A Python client that was made and used. */
export interface PythonClient {
  /** Output of the generator: it also names what it had to leave out. */
  readonly said: string;
  readonly printed: unknown;
}

/** Makes a client, `jobstream`, by openapi-python-client, and runs `use_client.py` with it. */
export async function usePythonClient(folder: string, url: string): Promise<PythonClient> {
  const packages = await providePackages();
  const env = { ...process.env, PYTHONPATH: `${packages}:${folder}`, PYTHONDONTWRITEBYTECODE: '1' };
  const input = ['--path', join(folder, 'openapi.json'), '--config', given('openapi-python-client.yaml')];
  const output = ['--output-path', join(folder, 'jobstream'), '--meta', 'none'];
  const made = run('python3', ['-m', 'openapi_python_client', 'generate', ...input, ...output], env);
  const { stdout } = run('python3', [given('use_client.py'), url], env);
  return { said: made.stdout + made.stderr, printed: JSON.parse(stdout) };
}

/** The packages of `requirements.txt`, with fixed versions and hashes; kept in the user's cache. */
async function providePackages(): Promise<string> {
  const requirements = given('requirements.txt');
  const { stdout: version } = run('python3', ['--version']);
  const key = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex');
  const target = join(openUserCache(), `python-packages-${key.slice(0, 16)}`);
  if (existsSync(target)) return target;
  await buildFolder(target, async (unfinished) => {
    const exactly = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', requirements];
    run('python3', ['-m', 'pip', 'install', '--quiet', '--target', unfinished, ...exactly]);
  });
  return target;
}
