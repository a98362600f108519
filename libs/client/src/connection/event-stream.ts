/** An event of a stream, its data as text. */
export interface ServerSentEvent {
  readonly id: string | undefined;
  readonly event: string;
  readonly data: string;
}

/** Reads `text/event-stream` (HTML Living Standard, section 9.2.6). An event cut off at the end is dropped. */
export async function* readEvents(chunks: AsyncIterable<string>): AsyncGenerator<ServerSentEvent, void> {
  let lines: string[] = [];
  for await (const line of readLines(chunks)) {
    if (line !== '') lines.push(line);
    else {
      const event = readEvent(lines);
      lines = [];
      if (event) yield event;
    }
  }
}

/** Lines end with LF, CR or both; a CR at the end of a chunk waits for the next chunk. */
async function* readLines(chunks: AsyncIterable<string>): AsyncGenerator<string, void> {
  let rest = '';
  for await (const chunk of chunks) {
    const lines = (rest + chunk).split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop()!;
    yield* lines;
  }
}

function readEvent(lines: readonly string[]): ServerSentEvent | undefined {
  let id: string | undefined;
  let event = 'message';
  const data: string[] = [];
  for (const line of lines) {
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(colon + 1).replace(/^ /, '');
    if (field === 'id') id = value;
    else if (field === 'event') event = value;
    else if (field === 'data') data.push(value);
  }
  return data.length === 0 ? undefined : { id, event, data: data.join('\n') };
}
