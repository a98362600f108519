import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { describe, expect, it } from '@jest/globals';
import { handlerProcessVariable } from './own-cell.js';

const ownCell = new URL('../../dist/apart/own-cell.js', import.meta.url).href;

/** What a program is told of its cell that was started with this variable, without the channel of a worker. */
async function run(environment: Record<string, string>) {
  const program = `
    import { findOwnCell } from ${JSON.stringify(ownCell)};
    console.log(findOwnCell() === undefined ? 'worker' : 'cell');`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', program], {
    env: { ...process.env, ...environment },
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  let said = '';
  child.stdout.on('data', (chunk: Buffer) => (said += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, said: said.trim() };
}

describe('findOwnCell', () => {
  it('finds no cell in a program that somebody has started', async () => {
    expect(await run({})).toEqual({ code: 0, said: 'worker' });
  });

  it('ends a handler process whose worker has gone, which would become a worker', async () => {
    expect(await run({ [handlerProcessVariable]: '1' })).toEqual({ code: 1, said: '' });
  });
});
