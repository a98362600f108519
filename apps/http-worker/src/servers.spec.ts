import { beforeEach, describe, expect, it } from '@jest/globals';
import { Servers } from './servers.js';

let now: number;
let changes: string[];
let servers: Servers;
beforeEach(() => {
  [now, changes] = [0, []];
  servers = new Servers({
    monotonic: () => now,
    onChange: (origin, isOpen) => changes.push(`${origin} ${isOpen ? 'held back' : 'called again'}`),
  });
});

const failing = (origin: string) => {
  for (let nth = 0; nth < 5; nth++)
    servers
      .of(origin)
      .enter(() => undefined)!
      .end('failing');
};

describe('Servers', () => {
  it('holds back the server that fails, and no other', () => {
    failing('https://a.test');
    expect(servers.failing()).toEqual(['https://a.test']);
    expect(servers.of('https://a.test').enter(() => undefined)).toBeUndefined();
    expect(servers.of('https://b.test').enter(() => undefined)).toBeDefined();
    expect(changes).toEqual(['https://a.test held back']);
    servers.stop();
  });

  it('wakes those that wait when a probe is due, and again when it has shown a working server', async () => {
    failing('https://a.test');
    const server = servers.of('https://a.test');
    now = 1_000;
    let woken = 0;
    const woke = new Promise<void>((resolve) => {
      const again = () => {
        woken += 1;
        const pass = server.enter(again);
        if (pass === undefined) return;
        pass.end('working');
        resolve();
      };
      now = 999;
      expect(server.enter(again)).toBeUndefined();
      now = 1_000;
    });
    await woke;
    expect(woken).toBe(1);
    expect(changes).toEqual(['https://a.test held back', 'https://a.test called again']);
    expect(servers.failing()).toEqual([]);
  });

  it('counts a pass once, by what is said of it first', () => {
    const server = servers.of('https://a.test');
    const passes = Array.from({ length: 5 }, () => server.enter(() => undefined)!);
    for (const pass of passes) {
      pass.end('working');
      pass.end('failing');
    }
    expect(server.isOpen).toBe(false);
  });

  it('forgets the servers that no type is on any more, and those alone', () => {
    const [kept, gone] = ['https://a.test', 'https://b.test'].map((origin) => servers.of(origin));
    failing('https://b.test');
    servers.keepOnly(new Set([kept!]));
    expect(servers.of('https://a.test')).toBe(kept);
    expect(servers.of('https://b.test')).not.toBe(gone);
    expect(servers.failing()).toEqual([]);
  });
});
