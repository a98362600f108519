import { defineJob, defineQueue, type JobContext } from '@jobstream/contracts';
import { decodeRecord, type JobRecord, type JobRequest } from '@jobstream/contracts/records';
import type { OutgoingRecord } from '@jobstream/kafka';
import { z } from 'zod';
import { openWorker, turn, type ScriptedDelivery, type TestWorker } from '../worker/worker.fixture-spec.js';

/** The type of the parents. */
export const book = defineJob({
  type: 'print.book',
  queue: defineQueue('print'),
  payload: z.strictObject({}),
  result: z.int(),
  retries: 2,
  backoff: ['1s'],
});

/** The type of their children. */
export const page = defineJob({
  type: 'bind.page',
  queue: defineQueue('bind', { priorities: true }),
  payload: z.strictObject({ n: z.int(), size: z.string().default('A4') }),
  result: z.null(),
});

/** What a parent does. */
export type Write = (context: JobContext<typeof book>) => unknown;

/** A worker whose parents do this. */
export function workerThat(handle: Write): TestWorker {
  return openWorker([{ definition: book, handler: { handle: (_, context) => handle(context as never) } }]);
}

/** Runs a parent. */
export async function run(
  worker: TestWorker,
  request: Partial<JobRequest> = {},
  at: { attempt?: number; offset?: number } = {},
): Promise<ScriptedDelivery> {
  const delivery = worker.deliver({ type: book.type, ...request }, at);
  worker.worker.accept([delivery]);
  await turn();
  await turn();
  return delivery;
}

/** What a record says. */
export function read({ value, headers }: OutgoingRecord): JobRecord {
  const record = decodeRecord(Buffer.from(value!), headers);
  if ('fault' in record) throw new Error(record.detail);
  return record;
}

/** The requests that a worker has sent. */
export function requestsOf(worker: TestWorker): JobRecord[] {
  return worker.sent.map(read).filter(({ phase }) => phase === 'queued');
}
