import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { createLogger } from '@jobstream/runtime';
import type { StartableJob } from '../admission/startable-job.js';
import type { LineKeeper } from '../logs/attempt-log.js';
import { Cells } from './cells.js';
import { HandlerProcess } from './handler-process.js';

/** Does what the payload of a job says. */
const script = `
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
  if (say === 'kill') process.kill(process.pid, 'SIGKILL');
});
if (process.env.FAILS) { console.error('cannot start'); process.exit(1); }
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

  describe('of a worker', () => {
    const lines: string[] = [];
    const need = { kind: 'process' as const };
    let cells: Cells;
    const open = (environment: Record<string, string | undefined>) =>
      (cells = new Cells({
        program: { file, environment: { ...process.env, ...environment } },
        logger: Object.assign(createLogger('test', 'silent'), {
          warn: (_: object, message: string) => lines.push(message),
        }),
        monotonic: () => performance.now(),
      }));
    afterEach(() => cells.close());

    it('is used again, and replaced when it has died', async () => {
      open({});
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
      open({});
      const busy = (await cells.take(need))!;
      await new Promise<void>((resolve) => {
        void busy.call(callOf('wait', { report: resolve })).catch(() => undefined);
      });
      cells.giveBack(busy);
      expect(await busy.ended).toMatchObject({ signal: 'SIGKILL' });
    });

    it('is not there where the program does not start, which one line says', async () => {
      open({ FAILS: '1' });
      expect(await cells.take(need)).toBeUndefined();
      expect(await cells.take(need)).toBeUndefined();
      expect(lines).toEqual(['program not started again: suspects run in the worker, isolated jobs fail']);
    });
  });
});
