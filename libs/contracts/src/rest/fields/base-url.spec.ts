import { describe, expect, it } from '@jest/globals';
import { BaseUrlError, readBaseUrl } from './base-url.js';

describe('the URL of a platform', () => {
  it.each([
    ['http://127.0.0.1:3000', 'http://127.0.0.1:3000'],
    ['http://127.0.0.1:3000/', 'http://127.0.0.1:3000'],
    ['https://Host.example', 'https://host.example'],
    ['https://host/prefix', 'https://host/prefix'],
    ['https://host/a/b//', 'https://host/a/b'],
    ['https://host/with%20space', 'https://host/with%20space'],
    ['http://[::1]:3000', 'http://[::1]:3000'],
  ])('%s is read as %s, to which a path is appended', (text, base) => {
    expect(readBaseUrl(text)).toBe(base);
    expect(new URL(`${base}/v1/jobs`).pathname).toBe(`${new URL(base).pathname.replace(/\/$/, '')}/v1/jobs`);
  });

  it.each([
    ['localhost:3000', /write http:\/\/host:port/],
    ['host', /write http:\/\/host:port/],
    ['', /write http:\/\/host:port/],
    ['ftp://host', /write http:\/\/host:port/],
    ['https://user:secret@host', /no user name or password/],
    ['https://host/?a=b', /without it/],
    ['https://host/#top', /without it/],
  ])('%j is refused with what to write instead', (text, message) => {
    expect(() => readBaseUrl(text)).toThrow(BaseUrlError);
    expect(() => readBaseUrl(text)).toThrow(message);
    expect(() => readBaseUrl(text)).not.toThrow(/secret/);
  });
});
