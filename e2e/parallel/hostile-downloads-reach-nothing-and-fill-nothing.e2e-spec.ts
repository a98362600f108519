import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type RequestListener } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Platform } from '@jobstream/testing';
import { photographPage } from '../photographed-page.js';

describe('hostile downloads reach nothing and fill nothing', () => {
  let platform: Platform;
  let page: Buffer;
  let busy = 1;
  const hits: string[] = [];
  const routes: Record<string, RequestListener> = {
    '/page.jpg': (_, response) => response.end(page),
    '/busy-once.jpg': (_, response) => (busy-- > 0 ? response.writeHead(503).end() : response.end(page)),
    '/gone.jpg': (_, response) => response.writeHead(404).end(),
    '/metadata': (_, response) =>
      response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    '/inside': (_, response) =>
      response.writeHead(302, { location: `http://localhost:${insidePort()}/` }).end(),
    '/bomb': (_, response) => response.writeHead(200, { 'content-encoding': 'gzip' }).end(bomb),
    '/endless': (_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', more);
      more();
    },
    '/words': (_, response) => response.end('no image at all'),
  };
  const bomb = gzipSync(Buffer.alloc(200 * 1024 * 1024));
  const outside = createServer((request, response) => routes[request.url!]!(request, response));
  /** What must never be reached. */
  const inside = createServer((request, response) => {
    hits.push(request.url!);
    response.end('secret');
  });
  const insidePort = () => (inside.address() as AddressInfo).port;
  const outsideUrl = () => `http://127.0.0.1:${(outside.address() as AddressInfo).port}`;

  beforeAll(async () => {
    page = await photographPage('The log is the truth.');
    for (const server of [outside, inside]) await once(server.listen(0, '127.0.0.1'), 'listening');
    platform = await Platform.start({
      services: { api: 1, projector: 1, 'inference-worker': 1, 'image-worker': 1 },
      environment: { FETCH_ALLOW: new URL(outsideUrl()).host },
    });
  });
  afterAll(async () => {
    await platform?.stop();
    for (const server of [outside, inside]) {
      server.close();
      server.closeAllConnections();
    }
    expect(hits).toEqual([]);
  });

  const types = ['inference.ocr', 'image.thumbnail'];
  /** A worker reads one text at a time, and a download that failed is tried again after 10 s. */
  const readMs = 120_000;
  const read = (url: string, type = 'inference.ocr') => platform.api.submitted(type, { url });

  it('while an allowed host is fetched and read, also after it was busy', async () => {
    const [plain, retried] = await Promise.all(
      ['/page.jpg', '/busy-once.jpg'].map(async (path) =>
        platform.api.finished(await read(outsideUrl() + path), { timeoutMs: readMs }),
      ),
    );
    expect(plain).toMatchObject({ state: 'succeeded', attempt: 1 });
    expect(plain!.result!.text).toContain('The log is the truth');
    expect(retried).toMatchObject({ state: 'succeeded', attempt: 2 });
    const url = `${outsideUrl()}/page.jpg`;
    const { result } = await platform.api.finished(await read(url, 'image.thumbnail'));
    const name = `url-${createHash('sha256').update(url).digest('hex')}`;
    expect(result).toMatchObject({ key: `thumbs/${name}`, width: 300, height: 300 });
    const thumbnail = await fetch(`${platform.api.url}/images/${name}/thumbnail`);
    expect([thumbnail.status, thumbnail.headers.get('content-type')]).toEqual([200, 'image/jpeg']);
    expect(await platform.api.request('PUT', `/images/${name}`, { body: page })).toMatchObject({
      status: 400,
      body: { code: 'invalid_image_id' },
    });
  });

  it('422 at submit for what can be seen in the URL, alone and in a batch', async () => {
    const bad = [
      'file:///etc/passwd',
      'http://127.0.0.1/',
      'http://0x7f.1/',
      'http://2130706433/',
      'http://[::1]/',
      'http://169.254.169.254/',
      'http://10.0.0.1/',
      'http://u:p@example.com/',
      'http://example.com:22/',
      `http://127.0.0.1:${insidePort()}/`,
    ];
    const answers = await Promise.all(
      types.flatMap((type) => bad.map((url) => platform.api.submit(type, { url }))),
    );
    for (const answer of answers) {
      expect(answer).toMatchObject({ status: 422, body: { code: 'invalid_payload' } });
      expect(answer.body.errors).toMatchObject([{ pointer: '/payload/url' }]);
    }
    const items = [...bad, `${outsideUrl()}/page.jpg`].map((url) => ({
      type: 'inference.ocr',
      payload: { url },
    }));
    expect(await platform.api.post('/v1/jobs/batch', { items })).toMatchObject({
      status: 202,
      body: { accepted: 1, rejected: bad.length },
    });
  });

  it.each(types)('a dead letter at the first attempt for what shows later to %s', async (type) => {
    const expected = {
      'http://localhost/': 'url_refused',
      [`${outsideUrl()}/metadata`]: 'url_refused',
      [`${outsideUrl()}/inside`]: 'url_refused',
      [`${outsideUrl()}/bomb`]: 'download_too_large',
      [`${outsideUrl()}/endless`]: 'download_too_large',
      [`${outsideUrl()}/gone.jpg`]: 'download_failed',
      [`${outsideUrl()}/words`]: 'image_unreadable',
    };
    const ends = await Promise.all(
      Object.keys(expected).map(
        async (url) => [url, await platform.api.finished(await read(url, type))] as const,
      ),
    );
    const codes = ends.map(([url, { state, attempt, error }]) => {
      expect({ url, state, attempt }).toEqual({ url, state: 'dead_lettered', attempt: 1 });
      return [url, error!.code] as const;
    });
    expect(Object.fromEntries(codes)).toEqual(expected);
    const refusals = ends.filter(([, { error }]) => error!.code === 'url_refused');
    expect(new Set(refusals.map(([, { error }]) => error!.message)).size).toBe(1);
  });
});
