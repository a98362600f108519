import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const folder = join(tmpdir(), 'jobstream-probe-crashes');

/**
 * Counts a crash of a run before it happens, in a file that outlives the process.
 * @returns whether to crash: false once `times` crashes were counted, which also forgets the run
 */
export async function countCrash(run: string, times: number): Promise<boolean> {
  const file = join(folder, run);
  const counted = Number(await readFile(file, 'utf8').catch(() => '0'));
  if (counted >= times) {
    await rm(file, { force: true });
    return false;
  }
  await mkdir(folder, { recursive: true });
  await writeFile(file, String(counted + 1));
  return true;
}
