import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { findListenFault, urlOf } from './listen-address.js';

describe('the URL of a server', () => {
  it.each([
    ['127.0.0.1', 'http://127.0.0.1:3000'],
    ['192.0.2.7', 'http://192.0.2.7:3000'],
    ['0.0.0.0', 'http://127.0.0.1:3000'],
    ['0', 'http://127.0.0.1:3000'],
    ['::', 'http://[::1]:3000'],
    ['0:0:0:0:0:0:0:0', 'http://[::1]:3000'],
    ['::ffff:0.0.0.0', 'http://127.0.0.1:3000'],
    ['::1', 'http://[::1]:3000'],
    ['fd00::2', 'http://[fd00::2]:3000'],
    ['localhost', 'http://localhost:3000'],
    ['jobs.example', 'http://jobs.example:3000'],
  ])('that listens on HOST=%s is %s on this machine', (host, url) => {
    expect(urlOf(host, 3000)).toBe(url);
    expect(new URL(url).port).toBe('3000');
  });
});

describe('what is in the way of listening', () => {
  it.each([
    ['no-such-name.invalid', 'HOST=no-such-name.invalid does not resolve. Set HOST'],
    ['198.51.100.1', 'HOST=198.51.100.1 is no address of this machine. Set HOST'],
    ['fe80::1%lo', 'HOST=fe80::1%lo has a zone, which no URL can hold. Set HOST'],
  ])('names HOST=%s and what to do', async (host, why) => {
    expect(await findListenFault(host, 0)).toEqual({ why: expect.stringContaining(why), taken: false });
  });

  it('is a program that has the port, and nothing once that has gone', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as AddressInfo;
    expect(await findListenFault('127.0.0.1', port)).toMatchObject({ taken: true });
    await new Promise((resolve) => other.close(resolve));
    expect(await findListenFault('127.0.0.1', port)).toBeUndefined();
  });
});
