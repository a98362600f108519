import { describe, expect, it } from '@jest/globals';
import { readEvents, type ServerSentEvent } from './event-stream.js';

async function read(...chunks: string[]): Promise<ServerSentEvent[]> {
  const source = async function* () {
    yield* chunks;
  };
  const events: ServerSentEvent[] = [];
  for await (const event of readEvents(source())) events.push(event);
  return events;
}

const text = 'retry: 1000\n\n:\n\nid: a/0/1\nevent: transition\ndata: {"n":1}\n\nevent:end\ndata:{}\n\n';
const events = [
  { id: 'a/0/1', event: 'transition', data: '{"n":1}' },
  { id: undefined, event: 'end', data: '{}' },
];

describe('server-sent events', () => {
  it('are read without comments and hints', async () => expect(await read(text)).toEqual(events));

  it('are the same for any chunks and any line ends', async () => {
    for (const ending of ['\n', '\r\n', '\r']) {
      const whole = text.replaceAll('\n', ending);
      for (let at = 0; at <= whole.length; at++)
        expect(await read(whole.slice(0, at), whole.slice(at), 'x')).toEqual(events);
    }
  });

  it('are dropped when they are cut off', async () => {
    expect(await read('event: end\ndata: {}\n')).toEqual([]);
  });

  it('have their lines of data joined', async () => {
    expect(await read('data: 1\ndata: 2\n\n')).toEqual([{ id: undefined, event: 'message', data: '1\n2' }]);
  });
});
