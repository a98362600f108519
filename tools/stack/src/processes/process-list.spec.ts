import { mkdtempSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ProcessList, readProcessList } from './process-list.js';

const entry = (pid: number) => ({ service: 'api', instance: 1, pid, port: 3_000 });

describe('processes.json', () => {
  let folder: string;
  let file: string;
  let said: string[];
  let list: ProcessList;
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['nextTick'] });
    folder = mkdtempSync(join(tmpdir(), 'process-list-'));
    file = join(folder, 'processes.json');
    said = [];
    list = new ProcessList(file, (line) => said.push(line));
  });
  afterEach(() => {
    jest.useRealTimers();
    rmSync(folder, { recursive: true });
  });

  it('holds what runs until nothing does', () => {
    list.write([entry(1)]);
    list.write([entry(2)]);
    expect(readProcessList(file)).toEqual([entry(2)]);
    list.remove();
    expect(readdirSync(folder)).toEqual([]);
    expect(readProcessList(file)).toBeUndefined();
    expect(said).toEqual([]);
  });

  // Every write to /dev/full fails as on a disk without room.
  const onLinux = process.platform === 'linux' ? it : it.skip;
  onLinux('stays as it was on a full disk, is told once, and is written once there is room', () => {
    list.write([entry(1)]);
    symlinkSync('/dev/full', `${file}.new`);
    list.write([entry(2)]);
    list.write([entry(3)]);
    jest.advanceTimersByTime(10_000);
    expect(readProcessList(file)).toEqual([entry(1)]);
    expect(said).toEqual([expect.stringContaining('no room is left on the disk (ENOSPC)')]);
    rmSync(`${file}.new`);
    jest.advanceTimersByTime(10_000);
    expect(readProcessList(file)).toEqual([entry(3)]);
    expect(said.slice(1)).toEqual([`${file} is written again`]);
    list.remove();
    jest.advanceTimersByTime(10_000);
    expect(readdirSync(folder)).toEqual([]);
  });
});
