/** A line of a text, from 1; without its bytes when it is longer than was asked for. */
export interface InputLine {
  readonly number: number;
  readonly bytes: Buffer | undefined;
}

const lineFeed = 0x0a;

/** The lines of a stream, each of which takes at most `maxBytes` of memory, however long it is. */
export async function* readLines(stream: AsyncIterable<Buffer>, maxBytes: number): AsyncGenerator<InputLine> {
  let pieces: Buffer[] = [];
  let length = 0;
  let number = 0;
  const add = (piece: Buffer) => {
    length += piece.length;
    if (length <= maxBytes) pieces.push(piece);
  };
  const end = (): InputLine => {
    number += 1;
    const line = { number, bytes: length > maxBytes ? undefined : Buffer.concat(pieces) };
    pieces = [];
    length = 0;
    return line;
  };
  for await (const chunk of stream) {
    let from = 0;
    for (let at = chunk.indexOf(lineFeed); at >= 0; at = chunk.indexOf(lineFeed, from)) {
      add(chunk.subarray(from, at));
      yield end();
      from = at + 1;
    }
    add(chunk.subarray(from));
  }
  if (length > 0) yield end();
}
