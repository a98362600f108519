import { once } from 'node:events';
import { createServer } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { findFreePort, isPortFree } from './free-port.js';

describe('free ports', () => {
  it('are none twice, and none that an outgoing connection could take', async () => {
    const ports = await Promise.all(Array.from({ length: 500 }, () => findFreePort()));
    expect(new Set(ports).size).toBe(500);
    expect(Math.min(...ports)).toBeGreaterThanOrEqual(10_000);
    expect(Math.max(...ports)).toBeLessThan(20_000);
  });

  it('are the preferred one while nobody has it, and then another', async () => {
    const port = await findFreePort();
    expect(await findFreePort(port)).toBe(port);
    const server = createServer().listen(port, '127.0.0.1');
    await once(server, 'listening');
    expect(await isPortFree(port)).toBe(false);
    expect(await findFreePort(port)).not.toBe(port);
    server.close();
    await once(server, 'close');
  });
});
