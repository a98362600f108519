import { maxBatchBytes, maxBatchItems, maxBodyValues } from '@jobstream/contracts';

/** Bytes around the items of a batch: `{"items":[]}`. */
const frameBytes = 12;
const encoder = new TextEncoder();
/** The outermost object and its array. */
const frameValues = 2;

/** The JSON of one batch. */
export interface BatchChunk {
  /** Index of its first item among all items. */
  readonly firstIndex: number;
  readonly count: number;
  readonly body: string;
}

/** Cuts items into batches of at most 10,000 items, 32 MiB and 500,000 values. A larger item is a batch alone, which the API refuses. */
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
    const more = encoder.encode(text).length + 1;
    const moreValues = maxValuesOf(text);
    const isFull =
      texts.length === maxBatchItems || bytes + more > maxBatchBytes || values + moreValues > maxBodyValues;
    if (isFull && texts.length > 0) yield cut();
    texts.push(text);
    bytes += more;
    values += moreValues;
  }
  if (texts.length > 0) yield cut();
}

/** An upper bound of the values of a JSON text: each value begins the text, or follows a comma or an opening bracket. */
function maxValuesOf(text: string): number {
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
