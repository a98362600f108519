import { execFile } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { repositoryFolder } from './workplace.js';

const run = promisify(execFile);

/** The smallest repository that setup.mjs can set up: one project, and an nx of its own that builds it. */
const files = {
  'package.json': { private: true, engines: { node: '>=20.19' }, devDependencies: { nx: 'file:vendor/nx' } },
  'package-lock.json': {
    lockfileVersion: 3,
    packages: {
      '': { devDependencies: { nx: 'file:vendor/nx' } },
      'node_modules/nx': { resolved: 'vendor/nx', link: true },
      'vendor/nx': { version: '1.0.0', dev: true, bin: { nx: 'nx.js' } },
    },
  },
  'vendor/nx/package.json': { name: 'nx', version: '1.0.0', bin: { nx: 'nx.js' } },
  'vendor/nx/nx.js': `require('node:fs').mkdirSync('libs/one/dist', { recursive: true });`,
  'libs/one/package.json': { name: 'one' },
  'libs/one/src/index.ts': '',
};

describe('the first start', () => {
  let folder: string;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'setup-'));
    for (const [path, content] of Object.entries({ ...files, 'apps/none': '', 'tools/none': '' })) {
      mkdirSync(dirname(join(folder, path)), { recursive: true });
      writeFileSync(join(folder, path), typeof content === 'string' ? content : JSON.stringify(content));
    }
    copyFileSync(join(repositoryFolder, 'tools/setup.mjs'), join(folder, 'tools/setup.mjs'));
  });
  afterAll(() => rmSync(folder, { recursive: true }));
  const setUp = () =>
    run(process.execPath, [join(folder, 'tools/setup.mjs')], {
      env: { ...process.env, NODE_ENV: 'production', NODE_OPTIONS: '', npm_config_omit: 'dev' },
    });

  it('installs what it builds with although the environment is one of production, and does so once', async () => {
    expect((await setUp()).stdout).toMatch(/packages installed[\s\S]*built in/);
    expect(existsSync(join(folder, 'libs/one/dist'))).toBe(true);
    expect(await setUp()).toEqual({ stdout: '', stderr: '' });
  });
});
