import { maxBatchBytes, maxBatchItems, maxBodyValues } from '@jobstream/contracts';

/** What stands around the items of a batch: `{"items":[]}`. */
const frameBytes = 12;
/** The outermost object and its array. */
const frameValues = 2;

/** Items that go in one batch, as its JSON. */
export interface BatchChunk {
  /** Of the first item among all. */
  readonly firstIndex: number;
  readonly count: number;
  readonly body: string;
}

/** Cuts items into batches of at most 10,000, 32 MiB and 500,000 values. An item that is larger alone is a batch of its own: the API refuses it. */
export async function* chunkItems(
  items: Iterable<unknown> | AsyncIterable<unknown>,
): AsyncGenerator<BatchChunk, void> {
  let firstIndex = 0;
  let texts: string[] = [];
  let bytes = frameBytes;
  let values = frameValues;
  const cut = (): BatchChunk => {
    const chunk = { firstIndex, count: texts.length, body: `{"items":[${texts.join(',')}]}` };
    firstIndex += texts.length;
    texts = [];
    bytes = frameBytes;
    values = frameValues;
    return chunk;
  };
  for await (const item of items) {
    const text = JSON.stringify(item);
    const more = Buffer.byteLength(text) + 1;
    const moreValues = mostValuesOf(text);
    const isFull =
      texts.length === maxBatchItems || bytes + more > maxBatchBytes || values + moreValues > maxBodyValues;
    if (isFull && texts.length > 0) yield cut();
    texts.push(text);
    bytes += more;
    values += moreValues;
  }
  if (texts.length > 0) yield cut();
}

/** At least as many values as a JSON text has: each begins the text, or follows a comma or an opening bracket. */
function mostValuesOf(text: string): number {
  let values = 1;
  for (let at = 0; at < text.length; at += 1) {
    const code = text.charCodeAt(at);
    if (code === comma || code === openBracket || code === openBrace) values += 1;
  }
  return values;
}

const comma = 0x2c;
const openBracket = 0x5b;
const openBrace = 0x7b;
