import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue } from '@jobstream/contracts';
import { createLogger } from '@jobstream/runtime';
import { z } from 'zod';
import { HandlerProcesses } from '../apart/handler-processes.js';
import { TestWorker, until } from './worker.fixture-spec.js';

const page = defineJob({
  type: 'print.page',
  queue: defineQueue('print'),
  payload: z.object({ say: z.string() }),
  result: z.unknown(),
  timeout: '500ms',
});

/** A handler process that does what the payload says. */
const script = `
process.on('disconnect', () => process.exit());
process.on('message', (order) => {
  if (order.kind !== 'run') return;
  const end = (ending) => process.send({ kind: 'ended', ended: { ending, children: [] } });
  const { say } = order.job.request.payload;
  if (say === 'return') end({ kind: 'returned', result: 'apart', bytes: 7 });
  if (say === 'throw') end({ kind: 'threw', error: { code: 'bad', message: 'no' }, retry: 'never' });
  if (say === 'exit') { process.stderr.write('last words'); process.exit(7); }
  if (say === 'spin') for (;;);
});
process.send({ kind: 'ready' });
`;

describe('a suspect', () => {
  let folder: string;
  let processes: HandlerProcesses;
  let worker: TestWorker;
  const calledHere: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobstream-suspects-'));
    writeFileSync(join(folder, 'program.mjs'), script);
  });
  beforeEach(() => {
    processes = new HandlerProcesses({
      program: { file: join(folder, 'program.mjs'), environment: process.env },
      logger: createLogger('test', 'silent'),
      monotonic: () => performance.now(),
    });
    const handle = ({ say }: { say: string }) => {
      calledHere.push(say);
      return say;
    };
    worker = new TestWorker([{ definition: page, handler: { handle } }], { processes });
    calledHere.length = 0;
  });
  afterEach(() => processes.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  function deliver(say: string, deaths: number | undefined) {
    const delivery = worker.deliver({ payload: { say }, maxAttempts: 1 });
    delivery.suspicion = deaths === undefined ? undefined : { deaths, until: undefined };
    worker.worker.accept([delivery]);
    return delivery;
  }
  const ends = () => worker.sent.map(({ value }) => JSON.parse(value!.toString()) as unknown);

  it('ends as any job does, in a process of its own, while others run in the worker', async () => {
    const suspect = deliver('return', 2);
    const other = deliver('here', undefined);
    await until(() => worker.sent.length === 2);
    expect(calledHere).toEqual(['here']);
    expect(ends()).toMatchObject([{ result: 'here' }, { result: 'apart' }]);
    expect([suspect.calls, other.calls]).toEqual([
      ['begin', 'done'],
      ['begin', 'done'],
    ]);
  });

  it('fails as any job does', async () => {
    deliver('throw', 0);
    await until(() => worker.sent.length === 1);
    expect(ends()).toMatchObject([{ reason: 'non_retryable', error: { code: 'bad' }, attempts: 1 }]);
  });

  it('is dead-lettered after three deaths of its own, each noted before the next', async () => {
    const killer = deliver('exit', 0);
    await until(() => worker.sent.length === 1);
    expect(killer.calls).toEqual(['begin', 'deaths 1', 'deaths 2', 'deaths 3', 'done']);
    expect(ends()).toMatchObject([
      {
        reason: 'crashed',
        attempts: 1,
        error: { code: 'crashed', message: expect.stringMatching(/exit code 7.*\nlast words$/) },
      },
    ]);
  });

  it('is not run again after the third death, though another worker has seen it', async () => {
    const killer = deliver('exit', 3);
    await until(() => worker.sent.length === 1);
    expect(killer.calls).toEqual(['begin', 'done']);
    expect(ends()).toMatchObject([{ reason: 'crashed' }]);
  });

  it('is left to the next holder of its partition when that is lost after a death', async () => {
    const killer = deliver('exit', 0);
    const { noteDeaths } = killer;
    killer.noteDeaths = (deaths) => {
      killer.lose();
      return noteDeaths.call(killer, deaths);
    };
    await until(() => killer.calls.includes('abandon'));
    expect(killer.calls).toEqual(['begin', 'deaths 1', 'abandon']);
    expect(worker.sent).toEqual([]);
  });

  it('is ended with its process once its time and its grace are over', async () => {
    deliver('spin', 0);
    await until(() => worker.sent.length === 1);
    expect(ends()).toMatchObject([{ reason: 'exhausted', error: { code: 'timeout' } }]);
  });
});
