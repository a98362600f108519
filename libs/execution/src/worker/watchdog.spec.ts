import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';

const watchdog = new URL('../../dist/worker/watchdog.js', import.meta.url).href;

/** Runs a process with a watchdog of 400 ms. */
async function run(body: string, ...flags: string[]) {
  const script = `
    import { setTimeout as sleep } from 'node:timers/promises';
    import { Watchdog } from ${JSON.stringify(watchdog)};
    const dog = new Watchdog({ limitMs: 400, service: 'print-worker' });
    const spin = (ms) => { for (const end = performance.now() + ms; performance.now() < end;); };
    ${body}
    process.exit(0);`;
  const child = spawn(process.execPath, [...flags, '--input-type=module', '-e', script], {
    detached: true,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let words = '';
  child.stderr.on('data', (chunk: Buffer) => (words += chunk.toString()));
  const [code, signal] = (await once(child, 'close')) as [number | null, string | null];
  return { code, signal, words };
}

describe('a watchdog', () => {
  it('ends a process whose event loop stands still, and says what ran', async () => {
    const { signal, words } = await run(`dog.beat(['a', 'b']); await sleep(300); spin(20_000);`);
    expect(signal).toBe('SIGKILL');
    const line = JSON.parse(words) as { standingMs: number };
    expect(line).toMatchObject({ level: 'fatal', service: 'print-worker', jobs: ['a', 'b'] });
    expect(line.standingMs).toBeGreaterThanOrEqual(400);
  });

  it('lets a process live that gives signs of life', async () => {
    const { code, words } = await run(`for (let n = 0; n < 15; n++) { dog.beat([]); await sleep(100); }`);
    expect([code, words]).toEqual([0, '']);
  });

  it('lets a process live whose event loop may stand still, until it may not', async () => {
    const spinning = `dog.beat([]); await sleep(300); spin(2_000);`;
    expect((await run(`dog.letStand(true); ${spinning}`)).code).toBe(0);
    expect((await run(`dog.letStand(true); dog.letStand(false); ${spinning}`)).signal).toBe('SIGKILL');
  });

  it('ends a process whose parent has gone, though its event loop may stand still', async () => {
    const { signal } = await run(
      `const orphan = new Watchdog({ limitMs: Infinity, service: 'print-worker', parent: 1 });
      dog.letStand(true); spin(20_000);`,
    );
    expect(signal).toBe('SIGKILL');
  });

  it('lets a process live that a debugger may have stopped', async () => {
    const { code } = await run(`dog.beat([]); await sleep(300); spin(2_000);`, '--inspect=127.0.0.1:0');
    expect(code).toBe(0);
  });
});
