import { describe, expect, it } from '@jest/globals';
import { checkUrl } from './check-url.js';
import { UrlRefusedError } from './download-errors.js';

const nothing = new Set<string>();

describe('checkUrl', () => {
  it.each([
    'http://example.com/cat.jpg',
    'https://example.com:443/cat.jpg?size=1#top',
    'http://8.8.8.8/',
    'https://[2606:4700::1111]/',
    'http://localhost/', // a name: what it leads to is checked when it is connected to
  ])('accepts %s', (url) => {
    expect(checkUrl(url, nothing)).toBeInstanceOf(URL);
  });

  it.each([
    '127.0.0.1',
    '127.1',
    '127.0.1',
    '0x7f.1',
    '0x7f000001',
    '2130706433',
    '017700000001',
    '0177.0.0.1',
    '１２７.０.０.１',
    '127。0。0。1',
    '①②⑦.0.0.1',
    '%31%32%37.0.0.1',
    '127.0.0.1.',
    '127.8.9.10',
    '0',
    '0.0.0.0',
    '[::1]',
    '[0:0:0:0:0:0:0:1]',
    '[::]',
    '[::ffff:127.0.0.1]',
    '[::ffff:7f00:1]',
    '[::127.0.0.1]',
    '[64:ff9b::127.0.0.1]',
    '[2002:7f00:1::]',
    '[::ffff:0:127.0.0.1]',
  ])('refuses loopback spelled %s', (host) => {
    expect(() => checkUrl(`http://${host}/`, nothing)).toThrow(UrlRefusedError);
  });

  it.each([
    '169.254.169.254',
    '[fd00:ec2::254]',
    '100.100.100.200',
    '192.0.0.192',
    '[fe80::1]',
    '168.63.129.16',
    '0xa8.63.129.16',
    '2822734096',
    '[::ffff:168.63.129.16]',
    '[64:ff9b::168.63.129.16]',
    '[2002:a83f:8110::]',
    '169.254.170.2',
    '169.254.0.23',
    '10.0.0.1',
    '172.16.0.1',
    '192.168.0.1',
    '224.0.0.1',
    '255.255.255.255',
    '198.18.0.1',
    '203.0.113.7',
    '[ff02::1]',
    '[fec0::1]',
    '[2001:db8::1]',
    '[4000::1]',
    '[::ffff:8.8.8.8]',
  ])('refuses the address %s, which is not public', (host) => {
    expect(() => checkUrl(`http://${host}/`, nothing)).toThrow(UrlRefusedError);
  });

  it.each([
    'file:///etc/passwd',
    'ftp://example.com/',
    'data:,x',
    'gopher://example.com/',
    'javascript:1',
    'http://example.com:8080/',
    'https://example.com:22/',
    'http://user@example.com/',
    'http://:pw@example.com/',
    '',
    'example.com',
    'http://',
    'http:// /',
    'http://[fe80::1%25eth0]/',
    'http://999.1.1.1/',
    `http://example.com/${'x'.repeat(2_048)}`,
  ])('refuses %s', (url) => {
    expect(() => checkUrl(url, nothing)).toThrow(UrlRefusedError);
  });

  it('gives the same message for every reason', () => {
    const messages = ['file:///x', 'http://127.0.0.1/', 'http://a.b:25/'].map((url) => {
      try {
        return checkUrl(url, nothing).href;
      } catch (error) {
        return (error as Error).message;
      }
    });
    expect(new Set(messages).size).toBe(1);
  });

  it('accepts an allowed host with its port, and no other', () => {
    const allowed = new Set(['127.0.0.1:8081']);
    expect(checkUrl('http://127.1:8081/x', allowed).hostname).toBe('127.0.0.1');
    for (const url of ['http://127.0.0.1:8082/', 'http://127.0.0.1/', 'http://u@127.0.0.1:8081/']) {
      expect(() => checkUrl(url, allowed)).toThrow(UrlRefusedError);
    }
  });
});
