import { describe, expect, it } from '@jest/globals';
import { downloadSettings } from './allowed-hosts.js';

const read = (text?: string) => downloadSettings.safeParse({ FETCH_ALLOW: text });

describe('FETCH_ALLOW', () => {
  it('is empty by default', () => {
    expect(read().data).toEqual({ FETCH_ALLOW: new Set() });
  });

  it('holds host:port pairs as URLs spell them', () => {
    expect(read(' 127.1:8081, Photos.Test:80,[0::1]:443 ').data?.FETCH_ALLOW).toEqual(
      new Set(['127.0.0.1:8081', 'photos.test:80', '[::1]:443']),
    );
  });

  it.each([
    'photos.test',
    '*:80',
    'a b:80',
    'http://photos.test:80',
    'photos.test:0',
    'photos.test:99999',
    'u@h:80',
    ':80',
    'photos.test:80/x',
    '999.1.1.1:80',
  ])('refuses %s', (text) => {
    expect(read(text).error?.message).toContain('host:port');
  });
});
