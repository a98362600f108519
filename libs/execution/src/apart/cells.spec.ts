import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@jobstream/runtime';
import { until } from '../worker/worker.fixture-spec.js';
import type { StartableJob } from '../admission/startable-job.js';
import type { LineKeeper } from '../logs/attempt-log.js';
import { Cells } from './cells.js';
import { HandlerProcess } from './handler-process.js';

/** A zombie has ended too: it has no command line any more. */
function hasEnded(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return process.platform === 'linux' && readFileSync(`/proc/${pid}/cmdline`, 'utf8') === '';
  } catch {
    return true;
  }
}

/** Does what the payload of a job says. */
const script = `
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
process.on('disconnect', () => process.exit());
let stop = () => {};
process.on('message', (order) => {
  if (order.kind === 'abort') return stop(order.reason);
  const { say } = order.job.request.payload;
  const end = (result) => process.send({ kind: 'ended', ended: { ending: { kind: 'returned', result, bytes: 1 }, children: [] } });
  if (say === 'variable') end([process.env.JOBSTREAM_HANDLER_PROCESS, process.execArgv.filter((flag) => flag.includes('old-space'))]);
  if (say === 'pid') end(process.pid);
  if (say === 'progress') { process.send({ kind: 'progress', progress: { done: 1 } }); end(null); }
  if (say === 'log') {
    process.send({ kind: 'line', line: 'one' });
    process.send({ kind: 'line', line: 'no room' });
    process.send({ kind: 'lines-left-out', count: 7 });
    end(null);
  }
  if (say === 'wait') { stop = end; process.send({ kind: 'progress', progress: 'waiting' }); }
  if (say === 'exit') { console.error('last words'); process.exit(7); }
  if (say === 'start another') end(spawn('sleep', ['600'], { stdio: 'ignore' }).pid);
  if (say === 'end later') {
    // A process of its own group keeps its standard error open, so that its last words are waited for.
    spawn('sleep', ['2'], { stdio: ['ignore', 'ignore', 'inherit'], detached: true });
    end(null);
    setTimeout(() => process.exit(7), 20);
  }
  if (say === 'kill') process.kill(process.pid, 'SIGKILL');
});
if (existsSync(process.env.FAILS_BY) || process.execArgv.includes(process.env.FAILS_WITH)) { console.error('cannot start'); process.exit(1); }
process.send({ kind: 'ready' });
`;

describe('a handler process', () => {
  let folder: string;
  let file: string;
  const started: HandlerProcess[] = [];
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobstream-handler-'));
    file = join(folder, 'program.mjs');
    writeFileSync(file, script);
  });
  afterEach(() => Promise.all(started.splice(0).map((each) => each.end())));
  afterAll(() => rmSync(folder, { recursive: true }));

  const start = () => {
    const each = new HandlerProcess({ file, environment: process.env }, 77);
    started.push(each);
    return each;
  };
  const jobThatSays = (say: string) => ({ request: { payload: { say } } }) as unknown as StartableJob;
  const callOf = (say: string, more = {}) => ({
    job: jobThatSays(say),
    now: 1,
    signal: new AbortController().signal,
    mayStand: true,
    report: () => undefined,
    keepLines: () => ({ keep: () => true, leaveOut: () => undefined, end: () => undefined }),
    ...more,
  });

  it('knows what it is, and how much memory it has', async () => {
    const { ending } = await start().call(callOf('variable'));
    expect(ending).toMatchObject({ result: ['1', ['--max-old-space-size=77']] });
  });

  it('hands progress on', async () => {
    const progress: unknown[] = [];
    await start().call(callOf('progress', { report: (value: unknown) => progress.push(value) }));
    expect(progress).toEqual([{ done: 1 }]);
  });

  it('hands lines on, and counts those without room', async () => {
    const kept: string[] = [];
    let leftOut = 0;
    const lines: LineKeeper = {
      keep: (line) => line !== 'no room' && kept.push(line) > 0,
      leaveOut: (count) => (leftOut += count),
      end: () => undefined,
    };
    await start().call(callOf('log', { keepLines: () => lines }));
    expect({ kept, leftOut }).toEqual({ kept: ['one'], leftOut: 8 });
  });

  it('is told of an abort, with its reason', async () => {
    const stop = new AbortController();
    const abort = () => stop.abort(new DOMException('enough', 'AbortError'));
    const { ending } = await start().call(callOf('wait', { signal: stop.signal, report: abort }));
    expect(ending).toMatchObject({ result: { name: 'AbortError', message: 'enough' } });
  });

  it.each([
    ['exit', { exitCode: 7, signal: null, lastLines: 'last words' }],
    ['kill', { exitCode: null, signal: 'SIGKILL', lastLines: '' }],
  ])('fails its call by its death: %s', async (say, death) => {
    const dying = start();
    await expect(dying.call(callOf(say))).rejects.toMatchObject({ code: 'cell_died', death });
    expect(dying.isOver).toBe(true);
  });

  it('ends with all that its handlers have started', async () => {
    const ending = start();
    const { ending: answer } = await ending.call(callOf('start another'));
    const pid = (answer as { result: number }).result;
    expect(hasEnded(pid)).toBe(false);
    await ending.end();
    await until(() => hasEnded(pid));
  });

  describe('of a worker', () => {
    const lines: string[] = [];
    const need = { kind: 'process' as const };
    const failing = () => join(folder, 'failing');
    let cells: Cells;
    const open = (environment: Record<string, string | undefined> = {}, program = file) =>
      (cells = new Cells({
        program: {
          file: program,
          environment: { ...process.env, FAILS_BY: failing(), ...environment },
        },
        logger: Object.assign(createLogger('test', 'silent'), {
          warn: (_: object, message: string) => lines.push(message),
        }),
        monotonic: () => performance.now(),
      }));
    afterEach(async () => {
      rmSync(failing(), { force: true });
      lines.length = 0;
      await cells.close();
    });

    it('is used again, and replaced when it has died', async () => {
      open();
      const first = (await cells.take(need))!;
      await first.call(callOf('pid'));
      cells.giveBack(first);
      const second = (await cells.take(need))!;
      expect(second).toBe(first);
      await second.call(callOf('kill')).catch(() => undefined);
      cells.giveBack(second);
      expect((await cells.take(need))!.id).not.toBe(first.id);
    });

    it('is ended when it is given back while it still runs', async () => {
      open();
      const busy = (await cells.take(need))!;
      await new Promise<void>((resolve) => {
        void busy.call(callOf('wait', { report: resolve })).catch(() => undefined);
      });
      cells.giveBack(busy);
      expect(await busy.ended).toMatchObject({ signal: 'SIGKILL' });
    });

    it('is not given out once it has ended, though its last words are still waited for', async () => {
      open();
      const ending = (await cells.take(need))!;
      await ending.call(callOf('end later'));
      cells.giveBack(ending);
      await until(() => ending.isOver);
      const next = (await cells.take(need))!;
      expect(await next.call(callOf('pid'))).toMatchObject({ ending: { kind: 'returned' } });
    });

    it('is one that nobody has used where that is asked for, in place of one that waits', async () => {
      open();
      const used = (await cells.take(need))!;
      await used.call(callOf('pid'));
      cells.giveBack(used);
      const fresh = (await cells.take(need, true))!;
      expect([used.isUsed, fresh.isUsed, used.isOver]).toEqual([true, false, true]);
    });

    it.each([
      ['the program does not start', undefined],
      ['the system refuses to start it', 'a\0b'],
    ])('is not there where %s, which one line says', async (_, program) => {
      open({}, program);
      writeFileSync(failing(), '');
      expect(await cells.take(need)).toBeUndefined();
      expect(await cells.take(need)).toBeUndefined();
      expect(lines).toEqual([expect.stringMatching(/^program not started again/)]);
    });

    it('is there for one heap, though the program does not start in another', async () => {
      open({ FAILS_WITH: '--max-old-space-size=9' });
      expect(await cells.take({ ...need, heapMiB: 9 })).toBeUndefined();
      expect(await cells.take({ ...need, heapMiB: 64 })).toBeDefined();
    });

    it('is waited for where the program has started before', async () => {
      open();
      await cells.take(need);
      writeFileSync(failing(), '');
      const taken = cells.take(need);
      await until(() => lines.length === 1);
      rmSync(failing());
      expect(await taken).toBeDefined();
    });

    it('is not waited for once all are closed', async () => {
      open();
      await cells.take(need);
      writeFileSync(failing(), '');
      const taken = cells.take(need);
      await until(() => lines.length === 1);
      await cells.close();
      expect(await taken).toBeUndefined();
    });
  });
});
