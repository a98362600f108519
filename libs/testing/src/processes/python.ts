import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildFolder, openUserCache } from '@jobstream/stack';
import { runProgram, type ProgramInput, type Said } from './run-program.js';

/** Why no Python program can run here; undefined where one can. */
export function whyNoPython(): string | undefined {
  const ask = (...args: string[]) => spawnSync('python3', args, { encoding: 'utf8' });
  const { status, stdout } = ask('-c', 'import sys; print(sys.version_info >= (3, 11))');
  if (status !== 0) return 'there is no python3';
  if (stdout.trim() !== 'True') return 'python3 is older than 3.11';
  return ask('-m', 'pip', '--version').status === 0 ? undefined : 'python3 has no pip';
}

/** The machine's Python with packages of its own, which other programs do not see. */
export class Python {
  private constructor(private readonly packages: string) {}

  /**
   * Installs the packages of a requirements file, with fixed versions and hashes; they are kept in the user's cache.
   * @throws Error with pip's output when it fails
   */
  static async provide(requirements: string): Promise<Python> {
    const { stdout: version } = await runProgram('python3', ['--version']);
    const key = createHash('sha256').update(readFileSync(requirements)).update(version).digest('hex');
    const target = join(openUserCache(), `python-packages-${key.slice(0, 16)}`);
    if (!existsSync(target)) {
      await buildFolder(target, async (unfinished) => {
        const exactly = ['--no-deps', '--require-hashes', '--only-binary', ':all:', '-r', requirements];
        await runProgram('python3', ['-m', 'pip', 'install', '--quiet', '--target', unfinished, ...exactly]);
      });
    }
    return new Python(target);
  }

  /**
   * The environment of a program that finds the packages.
   * @param folders where it finds modules as well
   */
  environment(...folders: readonly string[]): NodeJS.ProcessEnv {
    const path = [this.packages, ...folders].join(':');
    return { ...process.env, PYTHONPATH: path, PYTHONDONTWRITEBYTECODE: '1' };
  }

  /** Runs a program to its end. @throws Error with all its output when it fails */
  run(args: readonly string[], { env = this.environment(), ...input }: ProgramInput = {}): Promise<Said> {
    return runProgram('python3', args, { env, ...input });
  }
}
