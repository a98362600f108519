import { maxBatchBytes, maxBatchItems } from '@jobstream/contracts';

/** What stands around the items of a batch: `{"items":[]}`. */
const frameBytes = 12;

/** Items that go in one batch, as its JSON. */
export interface BatchChunk {
  /** Of the first item among all. */
  readonly firstIndex: number;
  readonly count: number;
  readonly body: string;
}

/** Cuts items into batches of at most 10,000 and 32 MiB. An item that is larger alone is a batch of its own: the API refuses it. */
export async function* chunkItems(
  items: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<BatchChunk, void> {
  let firstIndex = 0;
  let texts: string[] = [];
  let bytes = frameBytes;
  const cut = (): BatchChunk => {
    const chunk = { firstIndex, count: texts.length, body: `{"items":[${texts.join(',')}]}` };
    firstIndex += texts.length;
    texts = [];
    bytes = frameBytes;
    return chunk;
  };
  for await (const item of items) {
    const text = JSON.stringify(item);
    const more = Buffer.byteLength(text) + 1;
    if (texts.length === maxBatchItems || (texts.length > 0 && bytes + more > maxBatchBytes)) yield cut();
    texts.push(text);
    bytes += more;
  }
  if (texts.length > 0) yield cut();
}
