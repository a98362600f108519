import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Figure } from '../figure.js';
import { makeStartFolder, StartedPlatform } from '../started-platform.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const run = promisify(execFile);
/** It starts a broker and a database of its own. */
const ownStack = { KAFKA_BROKERS: undefined, DATABASE_URL: undefined };

/** From the command to a platform that is ready: in a fresh clone of the last commit, and once more in the same place. */
export const start: Figure = {
  name: 'start',
  title:
    'seconds of npm start until all is ready, with Kafka and Postgres: cold in a fresh clone, with what npm and the platform fetch ' +
    'in their caches, then warm',
  targets: [],
  prepare: async () => ({ platform: startTwice, rivals: {}, close: async () => undefined }),
};

async function startTwice() {
  const folder = await makeStartFolder();
  const [clone, home] = [join(folder.path, 'clone'), join(folder.path, 'home')];
  try {
    const { stdout: commit } = await run('git', ['rev-parse', 'HEAD'], { cwd: root });
    await run('git', ['clone', '--quiet', '--no-checkout', root, clone]);
    await run('git', ['checkout', '--quiet', '--detach', commit.trim()], { cwd: clone });
    const cold = await startOnce(clone, home);
    return { 's cold': cold, 's warm': await startOnce(clone, home) };
  } finally {
    await folder.remove();
  }
}

async function startOnce(clone: string, home: string): Promise<number> {
  const platform = await StartedPlatform.start(clone, home, ownStack);
  await platform.stop();
  return platform.seconds;
}
