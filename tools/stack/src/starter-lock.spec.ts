import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { findRunningStarter, lockWorkplace, noteGuard } from './starter-lock.js';

describe('the lock of a workplace', () => {
  let folder: string;
  let file: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'starter-lock-'));
    file = join(folder, 'starter.json');
  });
  afterEach(() => rmSync(folder, { recursive: true }));
  const program = basename(process.argv[1]!);
  const noWord = () => {
    throw new Error('nothing to say');
  };

  it('notes who has it, then who guards it', async () => {
    await lockWorkplace(file, noWord);
    noteGuard(file, 4_711);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid, program, guardPid: 4_711 });
  });

  it.each([
    ['of a process that is gone', JSON.stringify({ pid: 2 ** 22 + 1, program: 'start.js' })],
    [
      'whose pid is another program by now',
      JSON.stringify({ pid: process.ppid, program: 'no-such-program.js', guardPid: process.ppid }),
    ],
    ['that was half written', '{"pid":'],
  ])('passes over one %s', async (_, left) => {
    writeFileSync(file, left);
    expect(findRunningStarter(file)).toBeUndefined();
    await lockWorkplace(file, noWord);
    expect(JSON.parse(readFileSync(file, 'utf8'))).toEqual({ pid: process.pid, program });
  });

  it('is refused while its program runs, with the way to stop that', async () => {
    writeFileSync(file, JSON.stringify({ pid: process.pid, program }));
    await expect(lockWorkplace(file, noWord)).rejects.toThrow(
      `already running here (${program}, pid ${process.pid}). Stop it with Ctrl-C in its terminal, or: kill ${process.pid}`,
    );
  });
});
