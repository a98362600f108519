import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';

const run = promisify(execFile);

/** Makes an API key as an operator makes the first one, by the command of the API. Returns its text. */
export async function makeFirstApiKey(
  environment: Readonly<Record<string, string>>,
  scopes = 'admin',
): Promise<string> {
  const main = fileURLToPath(new URL('../../../../apps/api/dist/bundle.js', import.meta.url));
  const { stdout } = await run(
    process.execPath,
    [main, 'create-key', '--name', 'first', '--scopes', scopes],
    {
      env: { PATH: process.env.PATH, ...environment },
    },
  );
  return stdout.trim();
}
