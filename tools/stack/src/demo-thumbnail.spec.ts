import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { inspectThumbnail, makeThumbnail } from './demo-thumbnail.js';

/** A PNG header of this size; image headers are all that is read. */
const png = (side: number) => {
  const header = Buffer.from('89504e470d0a1a0a0000000d4948445200000000000000000802000000', 'hex');
  header.writeUInt32BE(side, 16);
  header.writeUInt32BE(side, 20);
  return header;
};

describe('inspectThumbnail', () => {
  it('accepts a picture of 300 by 300', () => {
    expect(inspectThumbnail(png(300))).toMatchObject({ width: 300, height: 300, extension: 'png' });
  });

  it('refuses another size, the photograph itself and what is no picture', () => {
    expect(() => inspectThumbnail(png(299))).toThrow('299x299, not 300x300');
    expect(() => inspectThumbnail(readFileSync(new URL('../assets/photo.jpg', import.meta.url)))).toThrow(
      'not 300x300',
    );
    expect(() => inspectThumbnail(Buffer.from('{"type":"problem"}'))).toThrow();
    expect(() => inspectThumbnail(Buffer.alloc(0))).toThrow();
  });
});

describe('makeThumbnail, of a platform that requires keys', () => {
  const server = createServer((request, response) => {
    request.resume();
    const { method, headers } = request;
    if (headers.authorization !== 'Bearer right') response.writeHead(401).end('unauthenticated');
    else if (method === 'PUT') response.end();
    else if (method === 'POST') response.writeHead(202).end('{"task_id":"7"}');
    else if (request.url === '/tasks/7') response.end('{"status":"SUCCESS"}');
    else response.setHeader('content-type', 'image/png').end(png(300));
  });
  let url: string;
  beforeAll(async () => {
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));
  const make = (apiKey?: string) => makeThumbnail({ url, apiKey }, png(300), () => undefined);

  it('sends the key with every request', async () => {
    expect(await make('right')).toMatchObject({ width: 300, height: 300 });
  });

  it('says which variable is missing, or wrong', async () => {
    await expect(make()).rejects.toThrow(/answered 401.*requires a key.*JOBSTREAM_API_KEY/);
    await expect(make('wrong')).rejects.toThrow(/answered 401.*no such key.*JOBSTREAM_API_KEY/);
  });
});
