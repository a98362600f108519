import { mayPass, type BatchAnswer, type ItemError, type Submission } from '@jobstream/contracts/rest';
import { ProblemError } from '../client-errors.js';
import { keyed, type CallOptions } from '../connection/call-options.js';
import type { HttpCaller } from '../connection/http-caller.js';
import { chunkItems, type BatchChunk } from './batch-chunks.js';

/** How a sequence of jobs is sent. */
export interface ItemsOptions extends CallOptions {
  /**
   * Default: each batch has a random key, and is sent again until an outage keeps no item out, or the time is over. With a key of
   * your own, the same sequence submitted again within 24 hours makes each of its jobs once: each batch has that key and the index
   * of its first item. `false` sends none, so that the API needs no Postgres; then an item that an outage kept out has its error.
   */
  readonly idempotencyKey?: string | false;
}

/** The answer for one item of a batch, by its index among all items. `existing`: the job was there before, and holds the unique key. */
export type SubmittedItem =
  | { readonly index: number; readonly id: string; readonly existing?: true }
  | { readonly index: number; readonly error: ItemError };

/**
 * Submits jobs in batches, one after another, and yields the answer for each item in order.
 * @throws ProblemError when a batch is refused for a reason outside its items
 */
export async function* submitInBatches(
  caller: HttpCaller,
  items: Iterable<Submission> | AsyncIterable<Submission>,
  { idempotencyKey, signal }: ItemsOptions,
): AsyncGenerator<SubmittedItem, void> {
  for await (const chunk of chunkItems(items))
    yield* await submitChunk(caller, chunk, keyOf(chunk, idempotencyKey), signal);
}

function keyOf({ firstIndex }: BatchChunk, key: string | false | undefined): string | false {
  return typeof key === 'string' ? `${key}.${firstIndex}` : (key ?? crypto.randomUUID());
}

async function submitChunk(
  caller: HttpCaller,
  { body, firstIndex, count }: BatchChunk,
  idempotencyKey: string | false,
  signal: AbortSignal | undefined,
): Promise<SubmittedItem[]> {
  const answer = await caller
    .read<Pick<BatchAnswer, 'items'>>(
      {
        method: 'POST',
        path: '/v1/jobs/batch',
        body,
        ...keyed(idempotencyKey),
        signal,
      },
      ({ items }) => !items.some((item) => 'error' in item && mayPass(item.error.code)),
    )
    .catch((error: unknown) => ({ items: itemsOf(error, count) }));
  return answer.items.map((item) => ({ ...item, index: firstIndex + item.index }));
}

/**
 * The answer for each item of a batch that was refused because of its items.
 * @throws the error itself when it is about something else
 */
function itemsOf(error: unknown, count: number): BatchAnswer['items'] {
  if (!(error instanceof ProblemError)) throw error;
  const { code, status, problem } = error;
  if (problem.items) return problem.items;
  const isOfItems = code === 'invalid_request' || (status === 413 && count === 1);
  if (!isOfItems) throw error;
  return Array.from({ length: count }, (_, index) => {
    const at = `/items/${index}`;
    const errors = (problem.errors ?? [])
      .filter(({ pointer }) => pointer === at || pointer.startsWith(`${at}/`))
      .map(({ pointer, detail }) => ({ pointer: pointer.slice(at.length), detail }));
    return { index, error: { code, detail: problem.detail, ...(errors.length > 0 && { errors }) } };
  });
}
