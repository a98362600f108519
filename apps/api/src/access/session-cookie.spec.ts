import { describe, expect, it } from '@jest/globals';
import { clearCookie, keyInCookie, writeCookie } from './session-cookie.js';

const proven = { 'x-jobstream-console': '1' };
const keyOf = (
  headers: Record<string, string>,
  { method = 'POST', hostname = '127.0.0.1', name = 'jobstream' } = {},
) => keyInCookie({ method, hostname, headers: { cookie: `a=b; ${name}=jsk_x; c=d`, ...headers } });

describe('the cookie of a session', () => {
  it('counts where a header proves that a page of the server sends it', () => {
    expect(keyOf(proven)).toBe('jsk_x');
    expect(keyOf({})).toBeUndefined();
    expect(keyOf({ 'x-jobstream-console': '' })).toBeUndefined();
    expect(keyOf({ 'sec-fetch-site': 'same-origin' })).toBeUndefined();
  });

  it.each([
    ['same-origin', 'jsk_x'],
    ['none', 'jsk_x'],
    ['same-site', undefined],
    ['cross-site', undefined],
  ])('opens a page where the browser says that its sender is %s: %s', (site, key) => {
    for (const method of ['GET', 'HEAD']) expect(keyOf({ 'sec-fetch-site': site }, { method })).toBe(key);
  });

  it.each(['localhost', '127.0.0.1', '127.1.2.3', '[::1]', 'console.localhost'])(
    'needs no TLS on this machine: %s',
    (hostname) => {
      expect(writeCookie(hostname, 'jsk_x')).toBe('jobstream=jsk_x; Path=/; HttpOnly; SameSite=Strict');
      expect(clearCookie(hostname)).toBe('jobstream=; Max-Age=0; Path=/; HttpOnly; SameSite=Strict');
      expect(keyOf(proven, { hostname })).toBe('jsk_x');
    },
  );

  it.each(['jobs.example.com', '192.168.0.7', '[2001:db8::7]', 'localhost.evil.example'])(
    'is for TLS alone elsewhere, under a name that no other host can plant: %s',
    (hostname) => {
      expect(writeCookie(hostname, 'jsk_x')).toBe(
        '__Host-jobstream=jsk_x; Path=/; HttpOnly; SameSite=Strict; Secure',
      );
      expect(keyOf(proven, { hostname })).toBeUndefined();
      expect(keyOf(proven, { hostname, name: '__Host-jobstream' })).toBe('jsk_x');
    },
  );

  it('is not made up where there is none', () => {
    for (const cookie of ['', ';;', 'jobstream', 'xjobstream=jsk_x', 'JOBSTREAM=jsk_x'])
      expect(keyInCookie({ method: 'GET', hostname: 'localhost', headers: { ...proven, cookie } })).toBe(
        undefined,
      );
  });
});
