import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readBaseUrl } from '@jobstream/contracts/rest';
import { Api } from './api.js';
import { CommandError } from './command-error.js';

describe('the API as the command reaches it', () => {
  let server: Server;
  let origin: string;
  let answer: string;
  const paths: (string | undefined)[] = [];

  beforeEach(async () => {
    paths.length = 0;
    answer = '{"items":[]}';
    server = createServer((request, response) => {
      paths.push(request.url);
      response.end(answer);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterEach(async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });
  const reach = (path = '') => new Api({ url: readBaseUrl(`${origin}${path}`), apiKey: undefined });

  it.each(['', '/', '/prefix', '/two/parts/'])(
    'is asked below the path %j of --url, by every method',
    async (path) => {
      const api = reach(path);
      await api.get('/v1/replays?limit=5');
      await api.post('/v1/replays', {});
      await api.delete('/v1/rebuilds/1');
      const prefix = path.replace(/\/$/, '');
      expect(paths).toEqual(
        ['/v1/replays?limit=5', '/v1/replays', '/v1/rebuilds/1'].map((each) => prefix + each),
      );
    },
  );

  it('is not taken for any other server that answers', async () => {
    answer = '<html>Welcome</html>';
    const failed = reach().get('/v1/replays');
    await expect(failed).rejects.toThrow(CommandError);
    await expect(failed).rejects.toThrow(`${origin} answered 200, and not as Jobstream does. Check --url.`);
  });

  it('that can not be reached is told with why, and what to do', async () => {
    const api = reach();
    await new Promise((resolve) => server.close(resolve));
    await expect(api.get('/v1/replays')).rejects.toThrow(/^Nothing answers at http.*ECONNREFUSED.*--url/);
    server.listen(0);
  });
});
