import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GuardedProcess } from './guarded-process.js';
import { describeExit, keepRunning, restartDelayMs } from './keep-running.js';
import { StartError } from './readiness.js';

describe('restartDelayMs', () => {
  it('doubles from half a second up to fifteen', () => {
    expect([1, 2, 3, 4, 5, 6, 50].map(restartDelayMs)).toEqual([
      500, 1_000, 2_000, 4_000, 8_000, 15_000, 15_000,
    ]);
  });
});

describe('describeExit', () => {
  it('tells a code from a signal', () => {
    expect(describeExit({ code: 1, signal: null })).toBe('ended with code 1');
    expect(describeExit({ code: null, signal: 'SIGKILL' })).toBe('was ended by SIGKILL');
  });
});

describe('what is told of a process that ended', () => {
  const remedy = `Requests need a key, and there is none. ${'It is made so. '.repeat(60)}Then start again.`;

  /** What is said of one process that ended and does not start again, up to its `nth` line. */
  async function listen(log: string, failure: Error, nth: number): Promise<string[]> {
    const folder = mkdtempSync(join(tmpdir(), 'keep-running-'));
    const logFile = join(folder, 'log');
    writeFileSync(logFile, log);
    const process = new GuardedProcess(1, 1, () => undefined);
    process.end({ code: 1, signal: null });
    const said: string[] = [];
    await keepRunning(
      { process, start: () => Promise.reject(failure) },
      {
        name: 'api-1',
        logFile,
        say: (line) => said.push(line),
        changed: () => undefined,
        stopping: () => said.length === nth,
        replacing: () => false,
        failed: () => undefined,
      },
      () => Promise.resolve(),
    );
    rmSync(folder, { recursive: true });
    return said;
  }

  it('holds the whole of a long remedy, and cuts what nobody would read', async () => {
    const log = JSON.stringify({ level: 'fatal', msg: `api ends: ${remedy}` });
    const [line] = await listen(log, new Error('not tried'), 1);
    expect(line).toContain(`ended with code 1: api ends: ${remedy}; starting it again in 0.5 s`);
    const [endless] = await listen('x'.repeat(1_000_000), new Error('not tried'), 1);
    expect(endless!.length).toBeLessThan(5_000);
  });

  it('holds why it did not start again, all lines of it, and holds it once', async () => {
    const failure = new Error(`Postgres can't be run.\n${remedy}`);
    const [, line, again] = await listen('', failure, 3);
    expect(line).toContain(`did not start: Postgres can't be run. ${remedy}; starting it again in 1 s`);
    expect(again).toContain('api-1 ended again, as before; starting it again in 2 s');
  });

  it('holds the last words of one that ended while it was started again', async () => {
    const [, line] = await listen('', new StartError('Postgres ended', 'LOG: a\nFATAL: no room'), 2);
    expect(line).toContain('did not start: Postgres ended: FATAL: no room; starting');
  });
});
