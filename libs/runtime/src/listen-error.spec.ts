import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { HealthRegistry } from './health.js';
import { explainListenError, ListenError } from './listen-error.js';
import { createMetrics } from './metrics.js';
import { startOpsServer } from './ops-server.js';
import { commonSettings, readSettings } from './settings.js';

const listen = (host: string, port = 0) =>
  startOpsServer({
    settings: readSettings(commonSettings, { HOST: host, PORT: String(port) }),
    health: new HealthRegistry(),
    metrics: createMetrics('spec'),
  });

describe('a process that can not listen', () => {
  it.each([
    ['no-such-name.invalid', /^HOST=no-such-name\.invalid does not resolve\. Set HOST to /],
    ['[::1]', /^HOST=\[::1\] does not resolve\. .*HOST=::1\.$/],
    ['127.0.0.1:3000', /^HOST=127\.0\.0\.1:3000 does not resolve\. /],
    // Of the block for documentation (RFC 5737).
    ['198.51.100.1', /^HOST=198\.51\.100\.1 is no address of this machine\. Set HOST to /],
    ['fe80::1', /^HOST=fe80::1 is no address of this machine\. /],
  ])('names HOST=%s and what to do', async (host, message) => {
    const failed = listen(host);
    await expect(failed).rejects.toThrow(ListenError);
    await expect(failed).rejects.toThrow(message);
  });

  it('names the port that another program has', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    await expect(listen('127.0.0.1', port)).rejects.toThrow(`Port ${port} of 127.0.0.1 is taken`);
    await new Promise((resolve) => other.close(resolve));
  });

  it('leaves other errors as they are', () => {
    const error = new Error('something else');
    expect(explainListenError(error, '::1', 3000)).toBe(error);
  });
});
