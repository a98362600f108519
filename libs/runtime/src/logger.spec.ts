import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createLogger } from './logger.js';

// Every write to /dev/full fails as on a disk without room.
const onLinux = process.platform === 'linux' ? describe : describe.skip;

onLinux('a log on a full disk', () => {
  let folder: string;
  let fd: number;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'logger-'));
    fd = openSync('/dev/full', 'a');
  });
  afterEach(() => {
    closeSync(fd);
    rmSync(folder, { recursive: true });
  });

  it('stops nothing, not even by a fatal line, and says how many lines it lost once there is room', () => {
    const logger = createLogger('spec', 'info', fd);
    logger.info('kept');
    for (let line = 1; line <= 3; line++) logger.info({ line }, 'lost');
    logger.fatal('lost too');
    // The next descriptor is the lowest that is free: the same number is a file with room.
    closeSync(fd);
    const file = join(folder, 'log');
    expect(openSync(file, 'a')).toBe(fd);
    logger.info('room again');
    logger.info('as ever');
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as object)).toEqual([
      expect.objectContaining({ level: 'info', service: 'spec', msg: 'kept' }),
      expect.objectContaining({ level: 'warn', lost: 4, why: expect.stringContaining('ENOSPC') }),
      expect.objectContaining({ msg: 'room again' }),
      expect.objectContaining({ msg: 'as ever' }),
    ]);
  });
});
