import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { defineJob, defineQueue } from '@jobstream/contracts';
import type { JobRequest } from '@jobstream/contracts/records';
import { createLogger } from '@jobstream/runtime';
import { z } from 'zod';
import { Cells } from '../apart/cells.js';
import { MemoryClaims } from '../claims/memory-claims.fixture-spec.js';
import { TestWorker, until } from './worker.fixture-spec.js';

const queue = defineQueue('print');
const schemas = {
  queue,
  payload: z.object({ say: z.string() }),
  result: z.unknown(),
  timeout: '500ms' as const,
};
const page = defineJob({ ...schemas, type: 'print.page' });
/** What the schema was asked of in this process. */
const checkedHere: string[] = [];
const checked = defineJob({
  ...schemas,
  type: 'print.checked',
  payload: z.object({ say: z.string().refine((say) => checkedHere.push(say) > 0) }),
});
const cheque = defineJob({
  ...schemas,
  type: 'print.cheque',
  exclusive: true,
  onOwnerDeath: 'dead-letter',
});
const isolated = defineJob({
  ...schemas,
  type: 'print.isolated',
  isolation: 'process',
  memory: '64MB',
  retries: 1,
  backoff: ['1s'],
});

/** A handler process that does what the payload says. */
const script = `
process.on('disconnect', () => process.exit());
let hasLeftover = false;
process.on('message', (order) => {
  if (order.kind !== 'run') return;
  if (hasLeftover) process.exit(8);
  const end = (ending) => process.send({ kind: 'ended', ended: { ending, children: [] } });
  const { say } = order.job.request.payload;
  if (say === 'return') end({ kind: 'returned', result: 'apart', bytes: 7 });
  if (say === 'throw') end({ kind: 'threw', error: { code: 'bad', message: 'no' }, retry: 'never' });
  if (say === 'exit') { process.stderr.write('last words'); process.exit(7); }
  if (say === 'leave a fault') { hasLeftover = true; end({ kind: 'returned', result: 'apart', bytes: 7 }); }
  if (say === 'refuse') end({ kind: 'invalid-payload', detail: 'no' });
  if (say === 'spin') for (;;);
});
process.send({ kind: 'ready' });
`;

describe('a job that runs apart', () => {
  let folder: string;
  let cells: Cells;
  let worker: TestWorker;
  const calledHere: string[] = [];

  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'jobstream-suspects-'));
    writeFileSync(join(folder, 'program.mjs'), script);
  });
  beforeEach(() => {
    cells = new Cells({
      program: { file: join(folder, 'program.mjs'), environment: process.env },
      logger: createLogger('test', 'silent'),
      monotonic: () => performance.now(),
    });
    const handle = ({ say }: { say: string }) => {
      calledHere.push(say);
      return say;
    };
    const handlers = [page, checked, cheque, isolated].map((definition) => ({
      definition,
      handler: { handle },
    }));
    const claims = new MemoryClaims(60_000, () => Date.now());
    worker = new TestWorker(handlers, { cells, claims: claims.seenBy() });
    calledHere.length = 0;
    checkedHere.length = 0;
  });
  afterEach(() => cells.close());
  afterAll(() => rmSync(folder, { recursive: true }));

  function deliver(say: string, deaths: number | undefined, more: Partial<JobRequest> = {}) {
    const delivery = worker.deliver({ payload: { say }, maxAttempts: 1, ...more });
    delivery.suspicion = deaths === undefined ? undefined : { deaths };
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

  it('is counted no death for what another job has left behind', async () => {
    deliver('leave a fault', 0);
    await until(() => worker.sent.length === 1);
    const next = deliver('return', 0);
    await until(() => worker.sent.length === 2);
    expect(next.calls).toEqual(['begin', 'done']);
    expect(ends()).toMatchObject([{ result: 'apart' }, { result: 'apart' }]);
  });

  it('has its payload read where it runs, for a schema may not end either', async () => {
    deliver('return', 0, { type: checked.type });
    deliver('refuse', 0, { type: checked.type });
    await until(() => worker.sent.length === 2);
    expect(checkedHere).toEqual([]);
    expect(ends()).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ result: 'apart' }),
        expect.objectContaining({ reason: 'invalid_payload', attempts: 0 }),
      ]),
    );
  });

  it('is not run again after one death where its definition says so', async () => {
    const killer = deliver('exit', 0, { type: cheque.type });
    await until(() => worker.sent.length === 1);
    expect(killer.calls).toEqual(['begin', 'deaths 1', 'done']);
    expect(ends()).toMatchObject([{ reason: 'owner_died' }]);
  });

  it('does not start where its claim is lost while its process starts', async () => {
    const { take } = cells;
    cells.take = async (...need) => {
      const cell = await take.apply(cells, need);
      worker.clock.time += 900; // most of the lease
      await until(async () => (await worker.count('jobstream_claims_total', 'lost')) === 1);
      return cell;
    };
    const late = deliver('return', 0, { type: cheque.type });
    await until(() => late.calls.includes('abandon'));
    expect(worker.sent).toEqual([]);
  });

  it('is left to the next holder of its partition where the worker closes before it can start', async () => {
    await cells.close();
    const late = deliver('return', 0);
    await until(() => late.calls.includes('abandon'));
    expect([calledHere, worker.sent]).toEqual([[], []]);
  });

  describe('because it is isolated', () => {
    const type = isolated.type;

    it('ends as any job does', async () => {
      deliver('return', undefined, { type });
      await until(() => worker.sent.length === 1);
      expect([ends(), calledHere]).toEqual([[expect.objectContaining({ result: 'apart' })], []]);
    });

    it('is retried by its ladder after the death of its process, and no suspect', async () => {
      const dying = deliver('exit', 0, { type, maxAttempts: 2 });
      await until(() => worker.sent.length === 1);
      expect(dying.calls).toEqual(['begin', 'done']);
      expect(worker.sent[0]!.topic).toBe('jobs.print.retry.1s');
      expect(ends()).toMatchObject([{ error: { code: 'crashed' } }]);
    });

    it('fails where no process can be started', async () => {
      await cells.close();
      deliver('return', undefined, { type });
      await until(() => worker.sent.length === 1);
      expect([ends(), calledHere]).toMatchObject([
        [{ reason: 'exhausted', error: { code: 'not_isolated' } }],
        [],
      ]);
    });
  });
});
