import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { JobstreamClient } from '@jobstream/client';
import { explainApiFailure } from './api-failure.js';
import { CommandError } from './command-error.js';

describe('the command', () => {
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
  const reach = (path = '') => new JobstreamClient({ url: `${origin}${path}`, retries: false });
  const failing = (client: JobstreamClient) =>
    client.replays.list().catch((error: unknown) => {
      throw explainApiFailure(error, origin);
    });

  it.each(['', '/', '/prefix', '/two/parts/'])(
    'asks the API below the path %j of --url, by every method',
    async (path) => {
      const client = reach(path);
      await client.replays.list({ limit: 5 });
      await client.replays.create({ source: 'history', queue: 'probe' });
      await client.rebuilds.dropKept('1');
      const prefix = path.replace(/\/$/, '');
      expect(paths).toEqual(
        ['/v1/replays?limit=5', '/v1/replays', '/v1/rebuilds/1/kept'].map((each) => prefix + each),
      );
    },
  );

  it('tells that another server has answered in the place of the API', async () => {
    answer = '<html>Welcome</html>';
    const failed = failing(reach());
    await expect(failed).rejects.toThrow(CommandError);
    await expect(failed).rejects.toThrow(`${origin} answered 200, and not as Jobstream does. Check --url.`);
  });

  it('tells why the API can not be reached, and what to do', async () => {
    const client = reach();
    await new Promise((resolve) => server.close(resolve));
    await expect(failing(client)).rejects.toThrow(/^Nothing answers at http.*ECONNREFUSED.*--url/);
    server.listen(0);
  });
});
