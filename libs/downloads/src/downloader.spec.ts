import { once } from 'node:events';
import { createServer, type RequestListener, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterEach, describe, expect, it } from '@jest/globals';
import { isPublicAddress } from './check-url.js';
import { DownloadFailedError, DownloadTooLargeError, UrlRefusedError } from './download-errors.js';
import { Downloader, type DownloaderOptions } from './downloader.js';
import { guardedLookup } from './guarded-lookup.js';

const never = new AbortController().signal;
const servers: Server[] = [];

/** A server on loopback; `met` lists the paths it was asked for. */
async function serve(listener: RequestListener) {
  const met: string[] = [];
  const server = createServer((request, response) => {
    met.push(request.url!);
    listener(request, response);
  });
  server.on('connection', () => met.push('connection'));
  servers.push(server.listen(0, '127.0.0.1'));
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return { port, met, url: `http://127.0.0.1:${port}` };
}

afterEach(() => {
  for (const server of servers.splice(0)) {
    server.close();
    server.closeAllConnections();
  }
});

function downloader(port: number, options: Partial<DownloaderOptions> = {}) {
  return new Downloader({ allowed: new Set([`127.0.0.1:${port}`, `photos.test:${port}`]), ...options });
}

describe('Downloader', () => {
  it('fetches the decoded bytes, and follows a relative redirect', async () => {
    const { port, url } = await serve((request, response) => {
      if (request.url === '/old') return void response.writeHead(302, { location: '/new' }).end();
      response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync('the bytes'));
    });
    expect((await downloader(port).download(`${url}/old`, never)).toString()).toBe('the bytes');
  });

  it('makes no lookup when the URL itself is refused', async () => {
    const { port, met } = await serve((_, response) => response.end());
    const unallowed = new Downloader({ allowed: new Set() });
    await expect(unallowed.download(`http://0x7f.1:${port}/`, never)).rejects.toThrow(UrlRefusedError);
    expect(met).toEqual([]);
  });

  it.each([
    ['loopback', ['127.0.0.1']],
    ['a metadata address', ['169.254.169.254']],
    ["a cloud's own address in a public range", ['168.63.129.16']],
    ['a public and a private address', ['93.184.215.14', '10.0.0.7']],
    ['IPv6 loopback', ['::1']],
    ['no address', []],
  ])('refuses a name that leads to %s, without connecting', async (_, addresses) => {
    const asked: string[] = [];
    const resolve = async (hostname: string) => {
      asked.push(hostname);
      return addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
    };
    const guarded = new Downloader({ allowed: new Set(), resolve });
    await expect(guarded.download('http://rebind.test/', never)).rejects.toThrow(UrlRefusedError);
    expect(asked).toEqual(['rebind.test']);
  });

  it('connects to the addresses it has checked, after one lookup of the name', async () => {
    const answers = ['93.184.215.14', '127.0.0.1'];
    const lookup = guardedLookup(async () => [{ address: answers.shift()!, family: 4 }], isPublicAddress);
    const ask = () =>
      new Promise((resolve) =>
        lookup('rebind.test', { all: true }, (error, found) => resolve(error ?? found)),
      );
    expect(await ask()).toEqual([{ address: '93.184.215.14', family: 4 }]);
    expect(await ask()).toBeInstanceOf(UrlRefusedError);
  });

  it.each([
    'http://169.254.169.254/latest/meta-data/',
    'http://127.0.0.1:1/',
    'file:///etc/passwd',
    'http://user:pw@photos.test/',
    '//[::1]/',
    'http://[broken',
  ])('refuses a redirect to %s', async (location) => {
    const { port, url } = await serve((_, response) => response.writeHead(302, { location }).end());
    await expect(downloader(port).download(url, never)).rejects.toThrow(UrlRefusedError);
  });

  it('checks the addresses of a redirect when it connects', async () => {
    const { port, url } = await serve((_, response) =>
      response.writeHead(307, { location: 'http://inside.test/' }).end(),
    );
    const resolve = async () => [{ address: '192.168.1.1', family: 4 }];
    await expect(downloader(port, { resolve }).download(url, never)).rejects.toThrow(UrlRefusedError);
  });

  it('follows three redirects at most', async () => {
    const { port, url, met } = await serve((request, response) => {
      const left = Number(request.url!.slice(1));
      if (left === 0) response.end('here');
      else response.writeHead(301, { location: `/${left - 1}` }).end();
    });
    expect((await downloader(port).download(`${url}/3`, never)).toString()).toBe('here');
    met.length = 0;
    await expect(downloader(port).download(`${url}/4`, never)).rejects.toMatchObject({
      code: 'download_failed',
      retryable: false,
    });
    expect(met.filter((path) => path !== 'connection')).toEqual(['/4', '/3', '/2', '/1']);
  });

  it.each([
    [404, false],
    [401, false],
    [408, true],
    [425, true],
    [429, true],
    [500, true],
    [503, true],
    [304, false],
  ])('fails with status %d, retryable: %s', async (status, retryable) => {
    const { port, url } = await serve((_, response) => response.writeHead(status).end());
    await expect(downloader(port).download(url, never)).rejects.toMatchObject({
      code: 'download_failed',
      retryable,
    });
  });

  it('fails as retryable on a closed port and an unknown name', async () => {
    const { port, url } = await serve((_, response) => response.end());
    servers.pop()!.close();
    await expect(downloader(port).download(url, never)).rejects.toMatchObject({ retryable: true });
    const resolve = () => Promise.reject(Object.assign(new Error('no such name'), { code: 'ENOTFOUND' }));
    await expect(downloader(port, { resolve }).download('http://nobody.test/', never)).rejects.toMatchObject({
      code: 'download_failed',
      retryable: true,
    });
  });

  it('gives up when connecting takes too long', async () => {
    const unanswered = new Downloader({
      allowed: new Set(),
      resolve: () => new Promise(() => undefined),
      connectTimeoutMs: 50,
    });
    await expect(unanswered.download('http://nowhere.test/', never)).rejects.toMatchObject({
      code: 'download_failed',
      retryable: true,
      cause: { code: 'UND_ERR_CONNECT_TIMEOUT' },
    });
  });

  it('stops an endless body at the limit', async () => {
    const { port, url } = await serve((_, response) => {
      const more = () => {
        while (response.write(Buffer.alloc(64 * 1024)));
      };
      response.on('drain', more);
      more();
    });
    await expect(downloader(port, { maxBytes: 1_000_000 }).download(url, never)).rejects.toThrow(
      DownloadTooLargeError,
    );
  });

  it('counts decoded bytes, so that a compressed bomb is stopped early', async () => {
    const bomb = gzipSync(gzipSync(Buffer.alloc(256 * 1024 * 1024)));
    expect(bomb.length).toBeLessThan(10_000);
    const { port, url } = await serve((_, response) =>
      response.writeHead(200, { 'content-encoding': 'gzip, gzip' }).end(bomb),
    );
    const before = process.memoryUsage().rss;
    await expect(downloader(port).download(url, never)).rejects.toThrow(DownloadTooLargeError);
    expect(process.memoryUsage().rss - before).toBeLessThan(128 * 1024 * 1024);
  });

  it('takes a body of exactly the limit', async () => {
    const { port, url } = await serve((_, response) => response.end(Buffer.alloc(1_000)));
    expect(await downloader(port, { maxBytes: 1_000 }).download(url, never)).toHaveLength(1_000);
    await expect(downloader(port, { maxBytes: 999 }).download(url, never)).rejects.toThrow(
      DownloadTooLargeError,
    );
  });

  it.each(['before the head', 'in the body'])('gives up on a server that is too slow %s', async (where) => {
    const { port, url } = await serve((_, response) => {
      if (where === 'in the body') response.writeHead(200).write('a');
    });
    await expect(downloader(port, { timeoutMs: 100 }).download(url, never)).rejects.toMatchObject({
      code: 'download_failed',
      retryable: true,
      message: 'The download took over 100 ms.',
    });
  });

  it('treats a body shorter than announced as a broken connection', async () => {
    const { port, url } = await serve((_, response) => {
      response.writeHead(200, { 'content-length': '100' });
      response.write('short', () => response.destroy());
    });
    const failed = downloader(port).download(url, never);
    await expect(failed).rejects.toThrow(DownloadFailedError);
    await expect(failed).rejects.toMatchObject({ retryable: true });
  });

  it('takes no more of a body than announced', async () => {
    const { port, url } = await serve((request) => {
      request.socket.end('HTTP/1.1 200 OK\r\nContent-Length: 5\r\nConnection: close\r\n\r\nhello and more');
    });
    const outcome = await downloader(port)
      .download(url, never)
      .then(String, (error: unknown) => error);
    expect(outcome instanceof DownloadFailedError || outcome === 'hello').toBe(true);
  });

  it('rejects with the reason of the signal that stopped it', async () => {
    const { port, url } = await serve(() => abortion.abort(new Error('cancelled')));
    const abortion = new AbortController();
    await expect(downloader(port).download(url, abortion.signal)).rejects.toThrow('cancelled');
  });

  it('leaves no connection open', async () => {
    const { port, url } = await serve((_, response) => response.end('x'));
    await downloader(port).download(url, never);
    const server = servers.at(-1)!;
    await new Promise((resolve) => server.close(resolve));
    servers.pop();
  });
});
