import { copyFileSync, mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { Python } from '../processes/python.js';
import { runProgram } from '../processes/run-program.js';

const root = new URL('../../../../', import.meta.url);
const modules = fileURLToPath(new URL('node_modules', root));
const given = (file: string) => fileURLToPath(new URL(`e2e/generated-clients/${file}`, root));

const runNode = (file: string, ...args: string[]) => runProgram(process.execPath, [file, ...args]);

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
export async function useTypeScriptClient(folder: string, url: string): Promise<unknown> {
  const inFolder = (file: string) => join(folder, file);
  copyFileSync(given('use-client.mts'), inFolder('use-client.mts'));
  // A field with a default may be left out of what is sent.
  const maker = [inFolder('openapi.json'), '-o', inFolder('api.mts'), '--default-non-nullable=false'];
  await runNode(join(modules, 'openapi-typescript/bin/cli.js'), ...maker);
  const kind = '--ignoreConfig --strict --skipLibCheck --module nodenext --target es2023 --types node';
  const places = ['--rootDir', folder, '--outDir', inFolder('built'), inFolder('use-client.mts')];
  await runNode(join(modules, 'typescript/bin/tsc'), ...kind.split(' '), ...places);
  const { stdout } = await runNode(inFolder('built/use-client.mjs'), url);
  return JSON.parse(stdout);
}

/** A Python client that was made and used. */
export interface PythonClient {
  /** Output of the generator: it also names what it had to leave out. */
  readonly said: string;
  readonly printed: unknown;
}

/** Makes a client, `jobstream`, by openapi-python-client, and runs `use_client.py` with it. */
export async function usePythonClient(folder: string, url: string): Promise<PythonClient> {
  const python = await Python.provide(given('requirements.txt'));
  const env = python.environment(folder);
  const input = ['--path', join(folder, 'openapi.json'), '--config', given('openapi-python-client.yaml')];
  const output = ['--output-path', join(folder, 'jobstream'), '--meta', 'none'];
  const made = await python.run(['-m', 'openapi_python_client', 'generate', ...input, ...output], { env });
  const { stdout } = await python.run([given('use_client.py'), url], { env });
  return { said: made.stdout + made.stderr, printed: JSON.parse(stdout) };
}
