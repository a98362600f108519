import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { OwnHosts } from './own-hosts.js';
import { commonSettings, readSettings, type Environment } from './settings.js';

const hostsOf = (environment: Environment) =>
  new OwnHosts(readSettings(commonSettings, environment), 'Build7.corp.example');
const loopback = hostsOf({});
const container = hostsOf({ HOST: '0.0.0.0' });
const published = hostsOf({
  HOST: '0.0.0.0',
  PUBLIC_URL: 'https://jobs.example.com',
  ALLOWED_HOSTS: 'api.example.net,.svc.cluster.local',
});

const codeOf = (hosts: OwnHosts, method: string, headers: Record<string, string>) =>
  hosts.refusalOf({ method, headers })?.code;

describe('the host of a request', () => {
  it.each([
    'localhost',
    'LOCALHOST:3000',
    'localhost.',
    'console.localhost:3000',
    '127.0.0.1:3000',
    '127.1.2.3',
    '[::1]:3000',
    '[::1]',
    '[fe80::1%25eth0]:3000',
    '192.168.0.7:3000',
    '[2001:db8::7]',
  ])('is always ours when no site can have that name: %s', (host) => {
    for (const hosts of [loopback, container, published])
      expect(codeOf(hosts, 'GET', { host })).toBeUndefined();
  });

  it.each([
    'evil.example',
    'localhost.evil.example',
    '127.0.0.1.evil.example',
    'evil.example:80',
    'notlocalhost.com',
    'jobs.example.com.evil.example',
    'xapi.example.net',
    'evilsvc.cluster.local',
    '',
    '[evil',
    '@localhost',
    'a b',
  ])('is not ours when any site can have that name: %j', (host) => {
    for (const hosts of [loopback, container, published])
      for (const method of ['GET', 'HEAD', 'OPTIONS', 'POST'])
        expect(codeOf(hosts, method, { host })).toBe('host_not_allowed');
  });

  it('is ours by the settings', () => {
    for (const host of ['jobs.example.com', 'api.example.net:8443', 'projector.jobs.svc.cluster.local']) {
      expect(codeOf(published, 'GET', { host })).toBeUndefined();
      expect(codeOf(container, 'GET', { host })).toBe('host_not_allowed');
    }
    expect(codeOf(hostsOf({ HOST: 'Jobs.lan' }), 'GET', { host: 'jobs.lan:3000' })).toBeUndefined();
  });

  it('is ours beyond loopback by the name of the machine and by those of containers', () => {
    for (const host of ['build7.corp.example:9100', 'projector:3000', 'image-worker', 'my_service']) {
      expect(codeOf(container, 'GET', { host })).toBeUndefined();
      expect(codeOf(loopback, 'GET', { host })).toBe('host_not_allowed');
    }
  });

  it('may be missing, as of HTTP/1.0', () => {
    expect(codeOf(loopback, 'POST', {})).toBeUndefined();
  });

  it('is named with the setting that would accept it, and is cut when it is long', () => {
    const detail = loopback.refusalOf({
      method: 'GET',
      headers: { host: `${'x'.repeat(5_000)}.example` },
    })?.detail;
    expect(detail).toMatch(/ALLOWED_HOSTS/);
    expect(detail!.length).toBeLessThan(600);
  });

  it('is read without an error, whatever its bytes', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (host) => {
        loopback.refusalOf({ method: 'POST', headers: { host, origin: host } });
      }),
    );
  });
});

describe('a request that changes something', () => {
  const unsafe = ['POST', 'PUT', 'PATCH', 'DELETE', 'PROPFIND'];
  const host = 'localhost:3000';

  it.each<Record<string, string>>([
    {},
    { 'sec-fetch-site': 'same-origin', origin: 'http://localhost:5173' },
    { 'sec-fetch-site': 'none' },
    { origin: 'http://localhost:3000' },
    { origin: 'http://LOCALHOST:3000' },
  ])('is taken from our own pages and from programs: %j', (headers) => {
    for (const method of unsafe) expect(codeOf(loopback, method, { host, ...headers })).toBeUndefined();
  });

  it.each<Record<string, string>>([
    { 'sec-fetch-site': 'cross-site' },
    { 'sec-fetch-site': 'same-site' },
    { 'sec-fetch-site': '' },
    { 'sec-fetch-site': 'cross-site', origin: 'http://localhost:3000' },
    { origin: 'http://localhost:5173' },
    { origin: 'https://evil.example' },
    { origin: 'null' },
    { origin: '' },
  ])('is refused from any other page, and only where it changes something: %j', (headers) => {
    for (const method of unsafe)
      expect(codeOf(loopback, method, { host, ...headers })).toBe('cross_site_request');
    for (const method of ['GET', 'HEAD', 'OPTIONS'])
      expect(codeOf(loopback, method, { host, ...headers })).toBeUndefined();
  });

  it('is taken from the pages of PUBLIC_URL, whatever a proxy has made of Host', () => {
    const behindProxy = { host: 'api:3000', origin: 'https://jobs.example.com' };
    expect(codeOf(published, 'POST', behindProxy)).toBeUndefined();
    expect(codeOf(container, 'POST', behindProxy)).toBe('cross_site_request');
    expect(codeOf(published, 'POST', { ...behindProxy, origin: 'http://jobs.example.com' })).toBe(
      'cross_site_request',
    );
  });
});
